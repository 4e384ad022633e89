"""Rules about the names of the parameters that a request sends, and about requests for pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from receiptkit.model.display import close_matches, public, without_case
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import LIBRARIES, OPENAPI, RECEIPT_PAGE
from receiptkit.rules.registry import also, rule
from receiptkit.rules.views import RequestView

_LIST = sample("page")["meta"]["url"].partition("?")[0]
_URL = "/request/url"
#: The parameters of every list of the API.
_PAGING = ("PageSize", "Page", "PageToken")
#: Names of other lists of the API that people try here.
_KNOWN = (
    *("Order", "Limit", "limit", "per_page", "pageSize", "page", "page_size"),
    *("pageToken", "page_token"),
)
#: What other APIs call the size of a page.
_SIZES = ("limit", "per_page", "perpage", "size", "count")
_SECOND_PAGE = {
    "/response/body/meta/page": 1,
    "/response/body/meta/url": f"{_LIST}?PageSize=50&Page=1&PageToken=PT50",
    "/response/body/meta/previous_page_url": f"{_LIST}?PageSize=50&Page=0&PageToken=PT0",
}
#: How the names of events begin, which are the only names in lists.
_EVENT = regex("on[A-Z]")
_REPEAT = "send Filters=onMessageAdded&Filters=onDeliveryUpdated, in a form"


@rule(
    "request.unknown-parameter",
    on="request",
    severity=Severity.INFO,
    title="the operation has no parameter of this name",
    why="Twilio ignores it, so the request does not do what its author meant. Upper and lower "
    "case count.",
    grounding=f"{OPENAPI}; {RECEIPT_PAGE}, parameters",
    action="Correct the name, or leave the parameter out. A list takes PageSize, Page and "
    "PageToken.",
    good=Example("exchange"),
    bad=Example("exchange", {_URL: f"{_LIST}?PageSize=50&pageToken=PT50"}),
    part="url",
)
def unknown_parameter(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for each query parameter or field that the operation does not have."""
    for name in request.query:
        if name in request.fields:
            yield Problem("", f"{name} is a field of the form, not a parameter of the URL")
    for name in (*request.query, *request.form):
        # A name in brackets belongs to a parameter that is an object or a list.
        if name.partition("[")[0] in request.documented:
            continue
        # A user's own document may leave out the paging of a list.
        if name in _PAGING and "Sid" not in request.path:
            continue
        shown = public(name, (*_KNOWN, *_PAGING))
        yield Problem("", f"unknown parameter {shown}", _meant(name, request.documented))


@rule(
    "request.repeated-parameter",
    on="request",
    severity=Severity.WARNING,
    title="a query parameter is sent more than once",
    why="No document says which value counts, and servers differ: the first, the last, or a list.",
    grounding=f"{OPENAPI}; {RECEIPT_PAGE}, parameters",
    action="Send it once. Only lists of a form, such as Filters, are repeated.",
    good=Example("exchange"),
    bad=Example("exchange", {_URL: f"{_LIST}?PageSize=50&PageSize=50"}),
    part="url",
)
def repeated_parameter(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for each parameter that the query has more than once, unless it is a list."""
    for name, values in request.query.items():
        if len(values) > 1 and name in request.documented and name not in request.lists:
            yield Problem("", f"{name} is sent {len(values)} times; send it once")


def _meant(name: str, documented: Iterable[str]) -> str | None:
    """Return a hint at the name that was probably meant."""
    if name.lower() in _SIZES and "PageSize" in documented:
        return "did you mean PageSize?"
    by_form = {without_case(each): each for each in documented}
    close = close_matches(without_case(name), by_form)
    return f"did you mean {by_form[close[0]]}?" if close else None


@also("request.parameter", on="request")
def form_of_another_kind(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for a body that is not a form, and for lists not sent as repeated fields."""
    if not request.is_form:
        message = "the body is not a form, so none of its parameters is read"
        yield Problem("", message, f"repeat the name of a list: {_REPEAT}")
    for name, values in request.form.items():
        meant = _list_meant(name, request)
        if meant is not None:
            message = f"unknown parameter {name}; a list is sent as repeated {meant}"
            yield Problem("", message, f"repeat the name: {_REPEAT}")
        elif name in request.lists and any(_is_joined(value) for value in values):
            message = f"{name} has several names in one value, which is taken for a single name"
            yield Problem("", message, f"repeat the name: {_REPEAT}", value=values[0])


def _list_meant(name: str, request: RequestView) -> str | None:
    """Return the list that a field such as `Filters[]` or `Filters[0]` is meant for."""
    base, bracket, _ = name.partition("[")
    return base if bracket and base in request.lists and name in request.form else None


def _is_joined(value: str) -> bool:
    names = value.replace(",", " ").replace(";", " ").split()
    return value.startswith("[") or (len(names) > 1 and all(_EVENT.match(name) for name in names))


@rule(
    "request.page-without-token",
    on="request",
    severity=Severity.WARNING,
    title="a later page was asked for without a PageToken, and answered",
    why='Twilio refuses it with 400 / 20001, "PageToken is required for paging." A mock that '
    "answers hides that from its application.",
    grounding=f"twilio-python issue 395; {LIBRARIES}",
    action="In a client: follow next_page_url. In a mock: answer 400 with code 20001.",
    good=Example("exchange", {**_SECOND_PAGE, _URL: f"{_LIST}?PageSize=50&Page=1&PageToken=PT50"}),
    bad=Example("exchange", {**_SECOND_PAGE, _URL: f"{_LIST}?PageSize=50&Page=1"}),
    part="url",
)
def page_without_token(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for a request for a page above 0 that has no token."""
    if "PageToken" not in request.documented or any(request.query.get("PageToken", ())):
        return
    page = request.query.get("Page", [])[-1:]
    if any(each.isdecimal() and each.strip("0") for each in page):
        yield Problem("", "Page is above 0, but there is no PageToken; Twilio answers 400 / 20001")
