"""A list of findings that notebooks show as a table."""

from __future__ import annotations

from receiptkit.model.display import printable
from receiptkit.model.finding import Finding, Severity

#: How many findings a notebook shows.
_SHOWN = 50
#: Text has the colour of the notebook, light or dark; these are seen on both.
_COLOURS = {Severity.ERROR: "#d9363e", Severity.WARNING: "#b7791f", Severity.INFO: "#2b7cd3"}
#: A notebook has its own styles for tables, some of which keep a cell on one line.
_CELL = "text-align:left;vertical-align:top;white-space:normal;padding:2px 6px;"


class Findings(list[Finding]):
    """Findings; in a notebook, a small table of them."""

    def _repr_html_(self) -> str:
        """Return the findings as a table, for notebooks."""
        if not self:
            return "<p>No findings.</p>"
        from html import escape

        rows = "".join(
            f'<tr><td style="{_CELL}border-left:4px solid {_COLOURS[each.severity]}">'
            f"{each.severity.value}</td>"
            f'<td style="{_CELL}"><code style="background:none">{escape(each.rule)}</code></td>'
            f'<td style="{_CELL}overflow-wrap:anywhere">{escape(printable(each.message))}'
            f"{_at(escape(printable(each.pointer)))}</td></tr>"
            for each in self[:_SHOWN]
        )
        more = len(self) - _SHOWN
        rest = f"<p>{more} more findings are not shown.</p>" if more > 0 else ""
        amounts = [(sum(each.severity is one for each in self), one) for one in Severity]
        counts = ", ".join(
            f"{amount} {one.value}{'' if amount == 1 or one is Severity.INFO else 's'}"
            for amount, one in amounts
            if amount
        )
        head = "".join(
            f'<th scope="col" style="{_CELL}">{name}</th>'
            for name in ("severity", "rule", "what is wrong, and where")
        )
        return (
            f'<table><caption style="text-align:left">{counts}</caption>'
            f"<thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>{rest}"
        )


def _at(pointer: str) -> str:
    """Return a pointer as HTML, which may be broken anywhere; nothing for that of the whole."""
    if not pointer:
        return ""
    return f'<br><code style="background:none">{pointer}</code>'
