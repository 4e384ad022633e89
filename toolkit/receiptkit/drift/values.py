"""Values that show the difference between two schemas: one accepts them, and the other does not."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from receiptkit.drift.sides import Side
from receiptkit.generation.templates import Template
from receiptkit.model.errors import UsageError
from receiptkit.openapi.references import References, listed, types_of

_DATE, _URL = "2026-03-02T09:15:04Z", "https://conversations.twilio.com/v1"
_BY_FORMAT = {"date-time": _DATE, "date": _DATE[:10], "uri": _URL, "email": "a@example.com"}
_ANYTHING: tuple[Any, ...] = (
    None, "", "x", "X1", "12", 0, 1, -1, 1.5, True, [], ["x"], {}, {"stranger": 1},
    *_BY_FORMAT.values(), "2026-03-02T09:15:04.123Z", "/v1", "Mon, 02 Mar 2026 09:15:04 +0000",
)  # fmt: skip
_TEXTS = [text for text in _ANYTHING if isinstance(text, str)]
_DEEPEST = 5


def sample(side: Side, schema: Any) -> Any:
    """Return a value that conforms to a schema, with all members that it describes and can have."""
    whole = _sample(side.references, schema)
    if side.accepts(schema, whole):
        return whole
    return _sample(side.references, schema, accepts=side.accepts)


def _sample(
    references: References,
    schema: Any,
    depth: int = 0,
    accepts: Callable[[Any, Any], bool] = lambda *_: True,
) -> Any:
    view = references.view(schema)
    if "const" in view:
        return view["const"]
    options = [option for option in listed(view.get("enum")) if option is not None]
    if options:
        return options[0]
    kinds = [kind for kind in types_of(view) if kind != "null"]
    kind = kinds[0] if kinds else "object" if "properties" in view else "null"
    if kind == "object" and depth < _DEEPEST:
        members = view.get("properties", {})
        made = {
            name: _sample(references, inner, depth + 1, accepts) for name, inner in members.items()
        }
        return {name: value for name, value in made.items() if accepts(members[name], value)}
    if kind == "array":
        items = [_sample(references, view.get("items", {}), depth + 1, accepts)]
        return items * max(1, int(view.get("minItems", 1)))
    return _plain(view, kind)


def _plain(view: dict[str, Any], kind: str) -> Any:
    if kind == "string":
        filled = list(_filled(view, random.Random(0)))
        return filled[0] if filled else "x" * max(1, int(view.get("minLength", 1)))
    if kind in ("integer", "number"):
        return max(int(view.get("minimum", 0)), 0)
    return {"object": {}, "boolean": True}.get(kind)


def _filled(view: dict[str, Any], rng: random.Random) -> Iterator[str]:
    pattern = view.get("pattern")
    if isinstance(pattern, str):
        try:
            template = Template(pattern, "")
        except UsageError:
            yield from (text for text in _TEXTS if re.search(pattern, text))
            return
        for _ in range(3):
            yield template.fill(rng)
    elif view.get("format") in _BY_FORMAT:
        yield _BY_FORMAT[view["format"]]


def candidates(*views: dict[str, Any]) -> Iterator[Any]:
    """Yield values at the edges of some schemas, those first that are likely in bodies."""
    rng = random.Random(0)
    for view in views:
        yield from listed(view.get("enum"))
        if "const" in view:
            yield view["const"]
        for text in _filled(view, rng):
            yield from (text, text[:2] + text[2:].upper(), text.lower(), text[:-1], text + "0")
            yield "ZZ" + text[2:]
    for view in views:
        for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
            limit = view.get(name)
            if isinstance(limit, (int, float)):
                yield from (limit, limit - 1, limit + 1, limit + 0.5)
        for name in ("minLength", "maxLength"):
            yield from ("x" * max(0, each) for each in _around(view.get(name)))
        for name in ("minItems", "maxItems"):
            yield from (["x"] * max(0, each) for each in _around(view.get(name)))
    yield from _ANYTHING


def _around(limit: Any) -> tuple[int, ...]:
    return (limit, limit - 1, limit + 1) if isinstance(limit, int) and limit < 10_000 else ()
