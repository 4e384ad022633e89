"""Rules about requests whose author's program had no value, or sent it where it is not read."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import ERROR_PAGES, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.views import RequestView

_LIST = sample("page")["meta"]["url"].partition("?")[0]
#: What programs write where they have no value, and templates that were not filled in.
UNFILLED = regex(
    r"undefined|null|None|nil|NaN|\[object Object\]|\{+[\w .-]*\}+|\$\{?\w+\}?|<[\w .-]+>|:\w+|%s"
)
_SID = regex("(?!CH)[A-Z]{2}[0-9a-fA-F]{32}")


@rule(
    "request.unfilled",
    on="request",
    severity=Severity.INFO,
    title="a parameter of the request holds a word that programs write for a missing value",
    why="undefined, null or {ConversationSid} in a URL comes from a variable that was empty, or a "
    "template that was not filled in. A mock that answers nevertheless hides it. A conversation "
    "may have such a unique name, so this is only information.",
    grounding=f"{OPENAPI}, paths and parameters; {ERROR_PAGES}, 50390",
    action="In a client: pass the value. In a mock: answer 404, as for any unknown name.",
    good=Example("exchange"),
    bad=Example("exchange", {"/request/url": f"{_LIST}?PageSize=50&Page=0&PageToken=undefined"}),
    part="url",
)
def unfilled(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for each parameter that holds such a word, or the SID of another thing."""
    query = {name: values[-1] for name, values in request.query.items() if values}
    for name, value in (*request.path.items(), *query.items()):
        if UNFILLED.fullmatch(value):
            message = f"{name} was not filled in: it is a word such as null, or a template"
            yield Problem("", message, value=value)
    conversation = request.path.get("ConversationSid", "")
    if _SID.fullmatch(conversation):
        message = (
            "ConversationSid is the SID of another thing; those of conversations begin with CH"
        )
        yield Problem("", message, value=conversation)


@rule(
    "request.body-of-get",
    on="request",
    severity=Severity.INFO,
    title="a GET request has a body, which is not read",
    why="Parameters of a GET are in its URL. The body is ignored, so the response is not the "
    "one its author meant.",
    grounding=f"{OPENAPI}, parameters; RFC 9110 section 9.3.1",
    action="Send the parameters in the URL: ?PageSize=20.",
    good=Example("exchange"),
    bad=Example("exchange", {"/request/body": '{"PageSize": 20}'}),
    part="url",
)
def body_of_get(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for a GET with something in its body."""
    if request.method == "GET" and request.has_body:
        yield Problem("", "the body of a GET request is not read; send parameters in the URL")
