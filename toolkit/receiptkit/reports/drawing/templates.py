"""The templates of pages, with the style and the script that they share."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from receiptkit.model.display import printable

_FOLDER = Path(__file__).with_name("parts")


def template(name: str) -> Template:
    """Return a template; what it shows is escaped."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    for name in ("style.css", "script.js"):
        text = (_FOLDER / name).read_text(encoding="utf-8").strip()
        key = name.partition(".")[0]
        environment.globals[key] = text
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        environment.globals[f"{key}_hash"] = f"sha256-{digest}"
    environment.filters["printable"] = printable
    return environment
