"""Rules about one body, and between a body and its request: each at its place, with its words and its value."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.contract.body_checks import problems_of_kind
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.examples import sample
from receiptkit.rules.views import ExchangeView, ReceiptView, RequestView
from receiptkit.text.dates import is_before, milliseconds, seconds

RECEIPT = sample("receipt")
LIST = sample("page")["meta"]["url"].partition("?")[0]
OTHER = "0123456789abcdef" * 2
PATH = {
    name: RECEIPT[member]
    for name, member in (
        ("ConversationSid", "conversation_sid"),
        ("MessageSid", "message_sid"),
        ("Sid", "sid"),
    )
}


def of_page(page: Any, *rules: str) -> list[Problem]:
    """Return the problems that some rules find in a page and its rows."""
    return [each for each in problems_of_kind(page, "page") if each.rule in rules]


def links(page: Any) -> list[Problem]:
    rules = ("page.next-is-self", "page.next-elsewhere", "page.next-index")
    return of_page(page, *rules, "page.next-on-short-page", "page.url-mismatch")


def too_many_rows(page: Any) -> list[Problem]:
    return of_page(page, "page.too-many-rows")


def duplicate_receipt(page: Any) -> list[Problem]:
    return of_page(page, "page.duplicate-receipt")


def rows_of_page(page: Any) -> list[Problem]:
    return of_page(page, "page.mixed-parents", "receipt.updated-before-created")


def of_receipt(row: dict[str, Any], at: str = "") -> list[Problem]:
    return list(catalogue.problems("receipt", ReceiptView(row, at)))


def of_exchange(kind: str, body: Any, request: RequestView, rule: str) -> list[Problem]:
    found = catalogue.problems("exchange", ExchangeView(kind, body, request))
    return [each for each in found if each.rule == rule]


def resource(body: dict[str, Any], request: RequestView) -> list[Problem]:
    return of_exchange("receipt", body, request, "receipt.not-what-was-asked")


def rows(page: dict[str, Any], request: RequestView) -> list[Problem]:
    return of_exchange("page", page, request, "receipt.not-what-was-asked")


def link(page: dict[str, Any], request: RequestView) -> list[Problem]:
    return of_exchange("page", page, request, "page.url-mismatch")


def size(page: dict[str, Any], request: RequestView) -> list[Problem]:
    return of_exchange("page", page, request, "page.request-mismatch")


def page(*, rows: Any = None, **meta: Any) -> dict[str, Any]:
    body = sample("page")
    return {
        "meta": {**body["meta"], **meta},
        "delivery_receipts": body["delivery_receipts"] if rows is None else rows,
    }


# -- dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:01:01z", 61),
        ("1970-01-01T02:30:00+02:30", 0),
        ("1969-12-31T22:00:00-02:00", 0),
        ("1970-01-01T00:00:09.999Z", 9),
        ("1970-01-01T00:00:60Z", 60),
        ("1970-01-02T00:00:00-00:01", 86_460),
        ("1970-13-01T00:00:00Z", None),
        ("1970-01-01T24:00:00Z", None),
        ("1970-W01-4T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", -62_135_647_200),
        ("1970-01-01T00:00:00", None),
        ("1970-01-01T00:00:00Z\n", None),
        ("yesterday", None),
        (5, None),
        (None, None),
        ("1970-01-01T00:00:01." + "0" * 43 + "Z", 1),
        ("1970-01-01T00:00:01." + "0" * 44 + "Z", None),
    ],
)
def test_seconds(text: object, expected: int | None) -> None:
    """A date is whole seconds after 1970, in any offset; anything else is None."""
    assert (seconds(text), type(seconds(text))) == (expected, type(expected))
    assert milliseconds(text) == (
        None if expected is None else expected * 1000 + (999 if ".999" in str(text) else 0)
    )


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [(".5", 500), (".05", 50), (".123456", 123), (".1239+00:00", 123), ("", 0)],
)
def test_milliseconds(fraction: str, expected: int) -> None:
    """Of a fraction three digits count."""
    assert (
        milliseconds(f"1970-01-01T00:00:00{fraction}" + ("" if "+" in fraction else "Z"))
        == expected
    )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2026-03-02T09:15:04Z", "2026-03-02T09:15:05Z", True),
        ("2026-03-02T09:15:05Z", "2026-03-02T09:15:05Z", False),
        ("2026-03-02T09:15:06Z", "2026-03-02T09:15:05Z", False),
        ("2026-03-02T09:15:05.100Z", "2026-03-02T09:15:05.900Z", False),
        ("2026-03-02T10:15:04+01:00", "2026-03-02T09:15:05Z", True),
        ("2026-03-02T09:15:05Z", "2026-03-02T10:15:04+01:00", False),
        ("2026-03-02T09:15:05+01:00", "2026-03-02T08:15:06+00:00", True),
        (None, "2026-03-02T09:15:05Z", False),
        ("2026-03-02T09:15:05Z", None, False),
    ],
)
def test_is_before(one: object, other: object, expected: bool) -> None:
    """Whole seconds are compared in any zone; an invalid date is before nothing."""
    assert is_before(one, other) is expected


# -- the request


def asked(url: str = "", **path: str) -> RequestView:
    return RequestView("Fetch", "GET", {**PATH, **path}, url, lambda: iter(()))


def test_compares_a_body_with_its_request() -> None:
    """SIDs in the request's path must be in the body; a conversation may have been named otherwise."""
    message = "sid differs from the SID in the request's path"
    assert list(resource(RECEIPT, asked())) == []
    assert list(resource(RECEIPT, asked(Sid="DY" + OTHER))) == [
        Problem("/sid", message, rule="receipt.not-what-was-asked", value=RECEIPT["sid"])
    ]
    assert list(resource({**RECEIPT, "message_sid": None}, asked())) == []
    assert list(resource({}, asked())) == []
    for name, is_told in (
        ("support", False),
        ("CH" + OTHER, True),
        ("ch" + OTHER, False),
        ("CH" + OTHER + "0", False),
        ("CH-support", False),
    ):
        assert [problem.pointer for problem in resource(RECEIPT, asked(ConversationSid=name))] == [
            "/conversation_sid"
        ] * is_told
    service = {**RECEIPT, "chat_service_sid": "IS" + "0" * 32}
    assert [
        problem.pointer for problem in resource(service, asked(ChatServiceSid="IS" + OTHER))
    ] == ["/chat_service_sid"]


@pytest.mark.parametrize("found", [None, [], {}, [None], "x"])
def test_pages_without_rows_say_nothing_of_them(found: object) -> None:
    """A page without a first row has no finding about rows."""
    assert list(rows({"delivery_receipts": found}, asked(MessageSid="IM" + OTHER))) == []


def test_rows_and_links_of_another_message() -> None:
    """The first row shows a page's message, or else its link does; a receipt's own SID is not compared."""
    other = asked(MessageSid="IM" + OTHER, Sid="DY" + OTHER)
    assert [problem.pointer for problem in rows(page(), other)] == [
        "/delivery_receipts/0/message_sid"
    ]
    assert list(link(page(), other)) == []
    url = f"{LIST}?PageSize=50&Page=0"
    message = "meta.url names another list than the request"
    said = [Problem("/meta/url", message, rule="page.url-mismatch", value=url)]
    assert list(link(page(rows=[]), other)) == said
    for same in (LIST, f"{LIST}/?PageSize=50&Page=0"):
        assert list(link(page(rows=[], url=same), other)) == [said[0]._replace(value=same)]
    assert list(link(page(rows=[]), asked())) == []
    assert list(link(page(), asked())) == []
    for elsewhere in (
        None,
        5,
        "https://example.com/x",
        LIST.replace("/Messages/", "/messages/"),
        LIST + "/x/y",
    ):
        assert list(link(page(rows=[], url=elsewhere), other)) == []
    assert list(link({"meta": None, "delivery_receipts": []}, other)) == []
    assert list(link(page(rows=[]), asked()._replace(path={}))) == []
    right = page(
        url=f"{LIST.replace(RECEIPT['message_sid'], 'IM' + OTHER)}?PageSize=50&Page=0", rows=None
    )
    assert [problem.rule for problem in link(right, asked())] == ["page.url-mismatch"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("?PageSize=50&Page=0", []),
        ("?PageSize=20", [("/meta/page_size", "differs from the requested PageSize (20)", 50)]),
        ("?Page=2&PageToken=PT", [("/meta/page", "differs from the requested Page (2)", 0)]),
        (
            "?PageSize=1&Page=007",
            [
                ("/meta/page", "differs from the requested Page (7)", 0),
                ("/meta/page_size", "differs from the requested PageSize (1)", 50),
            ],
        ),
        ("?PageSize=51", []),
        ("?PageSize=0", []),
        ("?PageSize=x&Page=-1", []),
        ("?Page=51&PageToken=PT", [("/meta/page", "differs from the requested Page (51)", 0)]),
    ],
)
def test_size_and_index(query: str, expected: list[tuple[str, str, int]]) -> None:
    """A page has the requested index and size; above the largest size anything is accepted."""
    found = [
        Problem(
            pointer,
            f"meta.{pointer[6:]} {message}",
            rule="page.request-mismatch",
            value=value,
        )
        for pointer, message, value in expected
    ]
    assert list(size(page(), asked(LIST + query))) == found
    assert list(size({"meta": None}, asked(LIST + query))) == []
    assert list(size(page(page="0", page_size=None), asked(LIST + query))) == []


# -- pages


AT = "/meta/next_page_url"


def test_next_links() -> None:
    """Each problem of a next link has its message, rule and grounding."""

    def found(next_url: str, **meta: Any) -> list[Problem]:
        return list(
            links(page(rows=[RECEIPT] * meta.get("page_size", 50), next_page_url=next_url, **meta))
        )

    url = f"{LIST}?PageSize=50&Page=0"
    following = f"{LIST}?PageSize=50&Page=1&PageToken=PT1"
    assert found(following) == []
    assert found(url) == [
        Problem(
            AT,
            "next_page_url leads back to this page; clients follow it for ever",
            rule="page.next-is-self",
            value=url,
        ),
        Problem(
            AT,
            "next_page_url must have Page=1 (meta.page + 1)",
            rule="page.next-index",
            value=url,
            reads=("/meta/page",),
        ),
    ]
    elsewhere = following.replace("conversations.twilio.com", "example.com")
    assert found(elsewhere) == [
        Problem(
            AT,
            "scheme, host or path of next_page_url differs from meta.url",
            rule="page.next-elsewhere",
            value=elsewhere,
        )
    ]
    assert found(f"{following}#x") == []
    assert [each.rule for each in found(f"{LIST}#x", url=LIST)] == ["page.next-is-self"]
    larger = following.replace("PageSize=50", "PageSize=20")
    assert found(larger) == [
        Problem(
            AT,
            "PageSize in next_page_url differs from meta.url",
            rule="page.next-elsewhere",
            value=larger,
        )
    ]
    assert found(following.replace("PageSize=50&", "")) == [
        Problem(
            AT,
            "PageSize in next_page_url differs from meta.url",
            rule="page.next-elsewhere",
            value=following.replace("PageSize=50&", ""),
        )
    ]
    assert found(following, url=LIST) == []
    second = following.replace("Page=1", "Page=2")
    assert found(second) == [
        Problem(
            AT,
            "next_page_url must have Page=1 (meta.page + 1)",
            rule="page.next-index",
            value=second,
            reads=("/meta/page",),
        )
    ]
    assert found(following.replace("&Page=1", "")) == []
    assert found(following, page="0") == []
    short = list(links(page(next_page_url=following)))
    reads = ("/meta/page_size",)
    assert short == [
        Problem(
            AT,
            "next_page_url is set, but the page holds 1 of 50 rows",
            rule="page.next-on-short-page",
            value=following,
            reads=reads,
        )
    ]
    assert list(links(page(next_page_url=following, rows={}))) == []
    for unknown in (None, 5):
        assert list(links(page(next_page_url=following, url=unknown, rows=[RECEIPT] * 50))) == []


def test_the_link_of_a_page() -> None:
    """Page and size in meta.url, if any, are those of meta; invalid values there have other findings."""
    mismatch = "page.url-mismatch"
    for query in ("?PageSize=20&Page=3", "?PageSize=None&Page=0", "?PageSize=50&Page=None"):
        url = LIST + query
        wrong = [
            Problem(
                "/meta/url",
                "Page in meta.url differs from meta.page (0)",
                rule=mismatch,
                value=url,
                reads=("/meta/page",),
            ),
            Problem(
                "/meta/url",
                "PageSize in meta.url differs from meta.page_size (50)",
                rule=mismatch,
                value=url,
                reads=("/meta/page_size",),
            ),
        ]
        right = {"Page=0": wrong[1:], "PageSize=50": wrong[:1]}
        assert list(links(page(url=url))) == next(
            (left for said, left in right.items() if said in query), wrong
        )
    assert list(links(page(url=LIST))) == []
    assert list(links(page(url=f"{LIST}?PageSize=20&Page=3", page=True, page_size="50"))) == []
    assert list(links(page(url=f"{LIST}?Page=0&PageSize=50"))) == []
    assert list(links(page(url=None))) == []
    assert list(links({"meta": []})) == []


def test_rows() -> None:
    """A page has no more rows than its size, none twice, and all of one parent."""
    assert list(too_many_rows(page(page_size=1, rows=[RECEIPT, RECEIPT]))) == [
        Problem(
            "/delivery_receipts",
            "the page has 2 rows, more than meta.page_size (1)",
            rule="page.too-many-rows",
            reads=("/meta/page_size",),
        )
    ]
    assert list(too_many_rows(page(page_size=2, rows=[RECEIPT, RECEIPT]))) == []
    assert list(too_many_rows(page(page_size=0, rows=[RECEIPT]))) == []
    assert list(duplicate_receipt(page(rows=[RECEIPT, RECEIPT]))) == [
        Problem(
            "/delivery_receipts/1/sid",
            "the row has the same sid as row 0 of this page",
            rule="page.duplicate-receipt",
            value=RECEIPT["sid"],
        )
    ]
    url = f"{LIST}/DY{OTHER}"
    stranger = {**RECEIPT, "sid": f"DY{OTHER}", "url": url, "account_sid": f"AC{OTHER}"}
    found = list(rows_of_page(page(rows=[RECEIPT, None, stranger, stranger])))
    reads = ("/delivery_receipts/0/account_sid",)
    message = "account_sid differs from row 0; a page belongs to one message"
    assert found == [
        Problem(
            "/delivery_receipts/2/account_sid",
            message,
            rule="page.mixed-parents",
            value=f"AC{OTHER}",
            reads=reads,
        )
    ]
    assert list(rows_of_page(page(rows=[None, stranger]))) == []
    late = {**RECEIPT, "date_updated": "2020-01-01T00:00:00Z"}
    assert [problem.pointer for problem in rows_of_page(page(rows=[RECEIPT, late]))] == [
        "/delivery_receipts/1/date_updated"
    ]


# -- receipts


def test_a_receipt() -> None:
    """Dates and the URL agree with the rest of it; the first member that does not is named."""
    late = {**RECEIPT, "date_updated": "2020-01-01T00:00:00Z"}
    assert list(of_receipt(late, "/x")) == [
        Problem(
            "/x/date_updated",
            "date_updated is before date_created",
            rule="receipt.updated-before-created",
            value="2020-01-01T00:00:00Z",
            reads=("/x/date_created",),
        )
    ]
    for member, prefix in (("sid", "DY"), ("message_sid", "IM"), ("conversation_sid", "CH")):
        url = RECEIPT["url"].replace(RECEIPT[member], prefix + OTHER)
        message = f"the SID in url differs from `{member}`"
        assert list(of_receipt({**RECEIPT, "url": url}, "/x")) == [
            Problem(
                "/x/url", message, rule="receipt.url-mismatch", value=url, reads=(f"/x/{member}",)
            )
        ]
        assert list(of_receipt({**RECEIPT, "url": url, member: None})) == []
        for end in ("/", "#y", "?x=1", "/?x=1#y"):
            assert [problem.message for problem in of_receipt({**RECEIPT, "url": url + end})] == [
                message
            ]
            with_end = list(of_receipt({**RECEIPT, "url": RECEIPT["url"] + end}))
            assert [(each.message, each.severity) for each in with_end] == (
                []
                if end == "/"
                else [
                    (
                        "url has a query or a fragment; that of a receipt has neither",
                        Severity.INFO,
                    )
                ]
            )
    service = sample("service receipt")
    assert list(of_receipt(service)) == []
    url = service["url"].replace(service["chat_service_sid"], "IS" + OTHER)
    assert [problem.message for problem in of_receipt({**service, "url": url})] == [
        "the SID in url differs from `chat_service_sid`"
    ]
    for url in (None, "https://example.com", RECEIPT["url"].replace("/Receipts/", "/receipts/")):
        assert list(of_receipt({**RECEIPT, "url": url})) == []
    masked = "DY" + "X" * 32
    assert list(of_receipt({**RECEIPT, "sid": masked, "url": f"{LIST}/{masked}"})) == []
