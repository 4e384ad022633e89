"""`/_receiptkit/`: the page of a receiver or a proxy, and the same as JSON."""

from __future__ import annotations

from html import escape
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from receiptkit.live.session import PREFIX, Handled, Session
from receiptkit.server.access import is_local
from receiptkit.server.page.routes import POLICY_HEADERS, style, wants_page

_SHOWN = 200


def routes(session: Session) -> list[Route]:
    """Return the routes of the page, which answers this machine only."""

    async def state(request: Request) -> Response:
        if not is_local(request):
            refusal = {"error": "only this machine may look, under its own name"}
            return _json(refusal, 403)
        if wants_page(request):
            headers = {**POLICY_HEADERS, "Content-Type": "text/html; charset=utf-8"}
            return Response(_page(session), 200, headers)
        return _json(_state(session))

    async def health(_: Request) -> Response:
        return _json({"status": "ok"})

    return [
        Route(f"{PREFIX}/health", health),
        Route(f"{PREFIX}/page.css", style),
        Route(f"{PREFIX}/", state),
    ]


def _json(body: Any, status: int = 200) -> Response:
    return Response(
        orjson.dumps(body), status, {**POLICY_HEADERS, "Content-Type": "application/json"}
    )


def _state(session: Session) -> dict[str, Any]:
    summary = session.judge.summary
    return {
        "requests": session.count,
        "judged": summary.checked,
        "unanswered": session.unanswered,
        "findings": {each.value: count for each, count in summary.severities.items()},
        "handled": [_row(each) for each in session.handled],
        "calls": [each._asdict() for each in session.log.calls],
    }


def _row(each: Handled) -> dict[str, Any]:
    verdict = each.verdict.text if each.verdict is not None else "not of the contract"
    return {**each._asdict(), "verdict": verdict}


def _page(session: Session) -> str:
    state = _state(session)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(str('' if row[name] is None else row[name]))}</td>"
            for name in ("number", "method", "path", "outcome", "milliseconds", "verdict")
        )
        + "</tr>"
        for row in reversed(state["handled"][-_SHOWN:])
    )
    counts = ", ".join(f"{count} {name}" for name, count in state["findings"].items()) or "none"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta http-equiv="refresh" content="2"><title>receiptkit</title>'
        f'<link rel="stylesheet" href="{PREFIX}/page.css"><h1>receiptkit</h1>'
        f"<p>{state['requests']} requests, {state['judged']} judged; findings: {counts}</p>"
        '<div class="scroll"><table><thead><tr><th>No.<th>Method<th>Path<th>Answer'
        f"<th>ms<th>Verdict</tr></thead><tbody>{rows}</tbody></table></div></html>"
    )
