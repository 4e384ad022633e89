"""Names that a package imports late."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiptkit.model.errors import UsageError
from receiptkit.model.late_names import late_names


def test_says_which_extra_a_name_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing package is named with its extra; an unknown name raises AttributeError."""
    (tmp_path / "lately").mkdir()
    (tmp_path / "lately" / "__init__.py").touch()
    (tmp_path / "lately" / "inner.py").write_text("import nowhere_installed.deep\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    attribute = late_names("lately", {"Thing": "inner"}, "server")
    with pytest.raises(AttributeError, match="module 'lately' has no attribute 'Other'"):
        attribute("Other")
    with pytest.raises(UsageError) as caught:
        attribute("Thing")
    expected = "lately needs nowhere_installed: pip install 'receiptkit[server]'"
    assert str(caught.value) == expected
    with pytest.raises(ModuleNotFoundError, match="nowhere_installed"):
        late_names("lately", {"Thing": "inner"})("Thing")
