"""A list of findings that notebooks show as a table."""

from __future__ import annotations

from receiptkit.model.display import printable
from receiptkit.model.finding import Finding

#: How many findings a notebook shows.
_SHOWN = 50


class Findings(list[Finding]):
    """Findings; in a notebook, a small table of them."""

    def _repr_html_(self) -> str:
        """Return the findings as a table, for notebooks."""
        if not self:
            return "<p>No findings.</p>"
        from html import escape

        rows = "".join(
            "<tr>"
            + "".join(
                f"<td>{escape(printable(text))}</td>"
                for text in (each.severity.value, each.rule, each.pointer, each.message)
            )
            + "</tr>"
            for each in self[:_SHOWN]
        )
        more = len(self) - _SHOWN
        rest = f"<p>{more} more findings are not shown.</p>" if more > 0 else ""
        head = "<tr><th>severity</th><th>rule</th><th>pointer</th><th>what is wrong</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>{rest}"
