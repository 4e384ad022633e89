"""
The bytes of every scenario in every form, as hashes: `python tests/proofs/golden.py` writes them, `tests/proofs/test_golden.py` compares.

They may change only with `receiptkit.generation.VERSION` (CONTRIBUTING.md, "Seeds").
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from receiptkit.generation import SCENARIOS, VERSION, Generator
from receiptkit.generation.outputs import FORMS, Output, RenderOptions
from receiptkit.model.errors import UsageError

FILE = Path(__file__).with_name("golden.json")


def hashes() -> dict[str, str]:
    """The first half of the SHA-256 of every scenario in every form, of two worlds in either scope."""
    generator = Generator()
    output = Output(generator, RenderOptions(auth_token="12345"), lambda finding: None)
    found = {}
    for name in SCENARIOS:
        for form, write in FORMS.items():
            worlds = [
                generator.world(name, seed=seed, in_service=in_service)
                for in_service in (False, True)
                for seed in (0, 1)
            ]
            try:
                content = b"".join(write(output, worlds))
            except UsageError:
                content = b""
            # A HAR has the version of the package, which does not depend on seeds.
            content = b"\n".join(line for line in content.split(b"\n") if b'"creator"' not in line)
            found[f"{name} {form}"] = hashlib.sha256(content).hexdigest()[:32]
    return found


def main() -> int:
    """Write the hashes; refuse to change one while the version is the same."""
    known, found = json.loads(FILE.read_text()), hashes()
    before = known["hashes"] if known["version"] == VERSION else {}
    changed = [name for name in before if found.get(name, before[name]) != before[name]]
    if changed:
        print(f"{', '.join(changed)}: the bytes changed; raise receiptkit.generation.VERSION")
        return 1
    FILE.write_text(json.dumps({"version": VERSION, "hashes": found}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
