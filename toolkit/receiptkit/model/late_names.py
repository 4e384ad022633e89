"""Names of a package that are imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from receiptkit.model.errors import UsageError


def late_names(
    package: str, homes: Mapping[str, str], extra: str | None = None
) -> Callable[[str], Any]:
    """
    Return the `__getattr__` of a package.

    Args:
        package: its name.
        homes: the module of each name, within the package.
        extra: the extra of receiptkit that installs what the modules import.
    """

    def attribute(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            return getattr(import_module(f"{package}.{homes[name]}"), name)
        except ModuleNotFoundError as error:
            if extra is None:
                raise
            missing = str(error.name).partition(".")[0]
            message = f"{package} needs {missing}: pip install 'receiptkit[{extra}]'"
            raise UsageError(message) from None

    return attribute
