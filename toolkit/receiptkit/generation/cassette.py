"""
A VCR cassette as vcrpy writes it: the bytes of PyYAML's safe dumper, without its emitter.

The layout of an interaction is fixed. Most scalars are of a form whose style is known; PyYAML
writes all others, and whole interactions with a text of more than one line.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

#: A text longer than this would be folded.
_WIDTH = 1_000_000
#: Longer texts of other forms, and texts with breaks, are left to PyYAML.
_LONGEST = 500
_BREAKS = frozenset("\n\x85\u2028\u2029")
_NAME = re.compile(r"[A-Za-z][A-Za-z-]{2,60}[A-Za-z]")
#: JSON text of one line, whose characters need no escape in single quotes. Most is ASCII, which is
#: found out without it.
_JSON = re.compile(r"\{[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe]*\}")
#: A form, a URL, a SID, a GUID or a signature, which nothing takes for another type.
_PLAIN = re.compile(
    r"(?:[A-Za-z]+=|https?://)[A-Za-z0-9_.~%&=+/?:*-]*[A-Za-z0-9_=/]|[A-Z]{2}[0-9a-f]{32}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9+/]{27}="
)


def interaction(each: dict[str, Any]) -> str:
    """Return an interaction of a cassette."""
    request, response = each["request"], each["response"]
    try:
        return (
            f"- request:\n    body: {_scalar(request['body'])}\n"
            f"    headers:{_headers(request['headers'])}"
            f"    method: {_scalar(request['method'])}\n    uri: {_scalar(request['uri'])}\n"
            f"  response:\n    body:\n      string: {_scalar(response['body']['string'])}\n"
            f"    headers:{_headers(response['headers'])}"
            f"    status:\n      code: {response['status']['code']}\n"
            f"      message: {_scalar(response['status']['message'])}\n"
        )
    except ValueError:
        return _dumped([each])


def _headers(headers: dict[str, list[str]]) -> str:
    if not headers:
        return " {}\n"
    return "\n" + "".join([_header(name, value) for name, (value,) in sorted(headers.items())])


# Most headers come back in every interaction.
@lru_cache(maxsize=4096)
def _header(name: str, value: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("a name that may need quotes")
    return f"      {_scalar(name)}:\n      - {_scalar(value)}\n"


def _scalar(text: str | None) -> str:
    """
    Return a scalar as PyYAML writes it.

    Raises:
        ValueError: it depends on its place.
    """
    if text is not None and len(text) < _WIDTH:
        if _PLAIN.fullmatch(text):
            return text
        if (
            text[:1] + text[-1:] == "{}" and text.isascii() and text.isprintable()
        ) or _JSON.fullmatch(text):
            return "'" + text.replace("'", "''") + "'"
    return _emitted(text)


@lru_cache(maxsize=4096)
def _emitted(text: str | None) -> str:
    if text is not None and (len(text) > _LONGEST or not _BREAKS.isdisjoint(text)):
        raise ValueError("more than one line")
    return _dumped([text])[2:-1]


def _dumped(value: Any) -> str:
    import yaml

    # The dumper in Python is the same everywhere, the one in C is not always there.
    return str(yaml.dump(value, Dumper=yaml.SafeDumper, allow_unicode=True, width=_WIDTH))
