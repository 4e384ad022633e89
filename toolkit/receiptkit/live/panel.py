"""`/_receiptkit/`: the page of a run, and the same as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from receiptkit.live.session import PREFIX, Handled, Session
from receiptkit.server.access import is_local
from receiptkit.server.page.routes import POLICY_HEADERS, style, wants_page
from receiptkit.server.request_log import Call
from receiptkit.validation.public_urls import public_method

_SHOWN = 200
_HEADINGS = {
    "number": "No.",
    "method": "Method",
    "path": "Path",
    "outcome": "Answer",
    "milliseconds": "ms",
    "verdict": "Verdict",
}


class View(NamedTuple):
    """
    The content of a page.

    Attributes:
        title: the counts in a sentence.
        rows: the requests, the first one first; the keys are those of `_HEADINGS`.
        state: what programs get besides the rows.
    """

    title: str
    rows: Sequence[dict[str, Any]]
    state: dict[str, Any]


def routes(view: Callable[[], View]) -> list[Route]:
    """Return the routes of the page, which answers this machine only."""

    async def state(request: Request) -> Response:
        if not is_local(request):
            refusal = {"error": "only this machine may look, under its own name"}
            return _json(refusal, 403)
        shown = view()
        if wants_page(request):
            headers = {**POLICY_HEADERS, "Content-Type": "text/html; charset=utf-8"}
            return Response(_page(shown), 200, headers)
        return _json({**shown.state, "handled": shown.rows})

    async def health(_: Request) -> Response:
        return _json({"status": "ok"})

    return [
        Route(f"{PREFIX}/health", health),
        Route(f"{PREFIX}/page.css", style),
        Route(f"{PREFIX}/", state),
    ]


def view_of(session: Session) -> View:
    """Return what the page of a receiver or a proxy shows."""
    summary = session.judge.summary
    findings = {each.value: count for each, count in summary.severities.items()}
    counts = ", ".join(f"{count} {name}" for name, count in findings.items()) or "none"
    return View(
        f"{session.count} requests, {summary.checked} judged; findings: {counts}",
        [_row(session, each) for each in session.handled],
        {
            "requests": session.count,
            "judged": summary.checked,
            "unanswered": session.unanswered,
            "findings": findings,
            "calls": [_public(session, each) for each in session.log.calls],
        },
    )


def _row(session: Session, each: Handled) -> dict[str, Any]:
    verdict = each.verdict.text if each.verdict is not None else "not of the contract"
    return {**_public(session, each), "verdict": verdict}


def _public(session: Session, each: Handled | Call) -> dict[str, Any]:
    """Return a request without what may be private."""
    shown = {"method": public_method(each.method), "path": session.public_path(each.path)}
    return {**each._asdict(), **shown}


def _json(body: Any, status: int = 200) -> Response:
    return Response(
        orjson.dumps(body), status, {**POLICY_HEADERS, "Content-Type": "application/json"}
    )


def _page(view: View) -> str:
    names = [name for name in _HEADINGS if any(name in row for row in view.rows)]
    headings = "".join(f"<th>{_HEADINGS[name]}" for name in names)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(str('' if row[name] is None else row[name]))}</td>" for name in names
        )
        + "</tr>"
        for row in reversed(view.rows[-_SHOWN:])
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta http-equiv="refresh" content="2"><title>receiptkit</title>'
        f'<link rel="stylesheet" href="{PREFIX}/page.css"><h1>receiptkit</h1>'
        f"<p>{escape(view.title)}</p>"
        f'<div class="scroll"><table><thead><tr>{headings}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></html>"
    )
