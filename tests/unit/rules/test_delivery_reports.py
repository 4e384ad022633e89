"""Summaries are compared with earlier webhooks, and with each other."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules.delivery_reports import (
    impossible_at_any_time,
    list_went_back,
    summaries_of_reports,
    went_back,
)
from receiptkit.rules.states import (
    DeliverySummary,
    MessageHistory,
    PageState,
    Pagination,
    Row,
    StatusReport,
)

#: When the summaries were seen, in milliseconds, long after the reports' dates in seconds.
NOW = 1_000_000


def place(entry: int, time: int = NOW, file: int = 0) -> Arrival:
    return Arrival(file, time=time, entry=entry, pointer="/x")


def report(
    entry: int, sid: str, status: str | None, updated: int | None = 10, **more: Any
) -> StatusReport:
    at = place(entry, more.get("time", NOW), more.get("file", 0))
    return StatusReport(at, at, False, sid, status, more.get("created", 5), updated)


def summary(entry: int, total: Any = 1, *, time: int = NOW, file: int = 0, **levels: str) -> Any:
    members = dict.fromkeys(("sent", "delivered", "read", "failed", "undelivered"), "none")
    said = None if total is None else {**members, "total": total, **levels}
    return DeliverySummary(place(entry, time, file), said)


def found(
    *seen: StatusReport | DeliverySummary, pages: tuple[Pagination, ...] = ()
) -> list[Problem]:
    summaries = [each for each in seen if isinstance(each, DeliverySummary)]
    reports = [each for each in seen if isinstance(each, StatusReport)]
    return list(summaries_of_reports(MessageHistory([*pages], summaries, reports, [])))


def told(*seen: StatusReport | DeliverySummary) -> list[str]:
    return [each.pointer.removeprefix("/x/delivery") for each in found(*seen)]


def test_fewer_than_are_known() -> None:
    (problem,) = found(report(0, "A", "sent"), report(1, "B", None), summary(2))
    assert problem.rule == "delivery.total"
    assert problem.message == "total is lower than the number of receipts in the list (2)"
    assert problem.severity is None
    assert problem.at == place(2)
    assert problem.other == place(1)
    # Several reports of one receipt are of one recipient.
    assert told(report(0, "A", None), report(1, "A", "sent"), summary(2)) == []
    assert told(report(0, "A", None), report(1, "B", None), summary(2, 2)) == []
    # A summary before them all is passed over.
    seen = (summary(0, 3), report(1, "A", "sent"), report(2, "B", "sent"), summary(3))
    assert told(*seen) == ["/total"]


def test_without_times_it_is_information() -> None:
    seen = (report(0, "A", "sent", time=0), report(1, "B", "sent", time=0), summary(2, time=0))
    assert [each.severity for each in found(*seen)] == [Severity.INFO]


def test_ignores_later_updates_and_other_files() -> None:
    one, two = report(0, "A", "sent"), report(3, "B", "sent")
    assert told(one, two, summary(2)) == []
    assert told(one, report(1, "B", "sent", file=1), summary(2)) == []
    assert told(one, report(1, "B", "sent", created=NOW // 1000), summary(2)) == []
    assert told(summary(2)) == []


def test_a_list_before_a_summary_is_compared_instead() -> None:
    seen = (report(0, "A", "sent"), report(1, "B", "sent"), summary(4))

    def pages(*entries: int, file: int = 0) -> Pagination:
        made = [PageState(place(each, file=file), "", None, 0, 0, (), None) for each in entries]
        return Pagination(made, is_linked=True)

    assert found(*seen, pages=(pages(2),)) == []
    assert found(*seen, pages=(pages(5, 3),)) == []
    assert found(*seen, pages=(pages(5), pages(3), pages(6))) == []
    assert len(found(*seen, pages=(pages(5),))) == 1
    assert len(found(*seen, pages=(pages(2, file=1),))) == 1


@pytest.mark.parametrize(
    ("statuses", "levels", "expected"),
    [
        (["delivered"], {"sent": "all", "delivered": "all"}, []),
        (["delivered"], {"sent": "all"}, ["/delivered"]),
        # A delivered receipt may have been read since.
        (["delivered"], {"sent": "all", "delivered": "all", "read": "all"}, []),
        (["failed"], {}, ["/failed"]),
        (["undelivered"], {"undelivered": "all"}, []),
        # What was only sent may have come to any end.
        (["sent"], {"sent": "all", "failed": "all"}, []),
        ([None], {"sent": "all", "read": "all", "delivered": "all"}, []),
        (["sent", "delivered"], {"sent": "all"}, ["/delivered"]),
        (["delivered", "read"], {"sent": "all", "delivered": "all"}, ["/read"]),
        # Ends that exclude each other tell nothing.
        (["delivered", "failed"], {"sent": "all"}, []),
        (["read", "failed"], {"sent": "all"}, []),
    ],
)
def test_one_recipient(
    statuses: list[str | None], levels: dict[str, Any], expected: list[str]
) -> None:
    reports = [report(entry, "A", status) for entry, status in enumerate(statuses)]
    assert told(*reports, summary(9, **levels)) == expected


def test_a_late_change_may_be_missing() -> None:
    """A summary may be two seconds and a half behind; the last date of the status counts."""
    late = NOW // 1000 - 3
    assert told(report(0, "A", "failed", late - 1), summary(9)) == ["/failed"]
    assert told(report(0, "A", "failed", late), summary(9)) == []
    both = (report(0, "A", "failed", late), report(1, "A", "failed", 10))
    assert told(*both, summary(9)) == []
    assert told(report(0, "A", "sent", late), report(1, "A", "failed", 10), summary(9)) == [
        "/failed"
    ]
    assert told(report(0, "A", "failed", None), summary(9)) == ["/failed"]


def test_no_summary_of_known_receipts() -> None:
    (problem,) = found(report(0, "A", "sent"), summary(1, None))
    assert (problem.rule, problem.pointer) == (
        "delivery.disagrees-with-receipts",
        "/x/delivery",
    )


def back(*summaries: DeliverySummary) -> list[tuple[str, str]]:
    problems = went_back(MessageHistory([], [*summaries], [], []))
    return [(each.pointer.removeprefix("/x/delivery"), each.message) for each in problems]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"total": 2}, {"total": 1}, ["total"]),
        ({"total": 1}, {"total": 2}, []),
        ({"read": "some"}, {"read": "none"}, ["read"]),
        ({"read": "all"}, {"read": "some"}, ["read"]),
        ({"read": "some"}, {"read": "all"}, []),
        ({"delivered": "all"}, {"delivered": "none"}, ["delivered"]),
        ({"failed": "all"}, {"failed": "none"}, ["failed"]),
        ({"undelivered": "some"}, {"undelivered": "none"}, ["undelivered"]),
        # A receipt that failed may count as sent no longer.
        ({"sent": "all"}, {"sent": "none"}, []),
        # With one recipient more, all are some.
        ({"total": 1, "read": "all"}, {"total": 2, "read": "some"}, []),
        ({"total": 1, "read": "all"}, {"total": 2, "read": "none"}, ["read"]),
        ({"total": 1, "read": "some"}, {"total": 2, "read": "none"}, ["read"]),
        # With one less, nobody knows whose receipt is gone.
        ({"total": 2, "read": "all"}, {"total": 1, "read": "some"}, ["total"]),
        ({"total": 2, "read": "some"}, {"total": 1, "read": "none"}, ["total", "read"]),
        ({"total": "2"}, {"total": 1}, []),
        ({"total": 2, "read": "all"}, {"total": None, "read": "none"}, [""]),
        ({"total": 2, "read": "all"}, {"total": 2, "read": "x"}, []),
        ({"total": None}, {"total": 1}, []),
    ],
)
def test_counts_only_grow(
    before: dict[str, Any], after: dict[str, Any], expected: list[str]
) -> None:
    said = [
        (f"/{each}" if each else "", f"{each or 'delivery'} says less than the earlier summary")
        for each in expected
    ]
    assert back(summary(1, **before), summary(2, **after)) == said
    # The order of arrival counts.
    assert back(summary(2, **after), summary(1, **before)) == said


def test_summaries_of_different_files_are_not_compared() -> None:
    assert back(summary(1, 2), summary(2, 1, file=1)) == []


def test_a_summary_that_is_gone_says_less() -> None:
    gone = "delivery says less than the earlier summary"
    assert back(summary(1, 2), summary(2, None)) == [("", gone)]
    assert back(summary(1, "2"), summary(2, None)) == []
    assert back(summary(1, 0), summary(2, None)) == []
    assert back(summary(1, None), summary(2, 2)) == []
    assert back(summary(1, None), summary(2, None)) == []
    assert back(summary(1, 2), summary(2, "1")) == []


def test_locates_a_summary_that_went_back() -> None:
    seen = [summary(3, 1), summary(1, 2), summary(1, 3, file=1), summary(2, 2, file=1)]
    message = "total says less than the earlier summary"
    assert list(went_back(MessageHistory([], seen, [], []))) == [
        Problem("/x/delivery/total", message, at=place(3), other=place(1)),
        Problem("/x/delivery/total", message, at=place(2, file=1), other=place(1, file=1)),
    ]


def listed(
    entry: int, *statuses: str | None, file: int = 0, is_linked: bool = True, rest: int = 0
) -> Pagination:
    """Return a list with a row of each status, `-` for a row that is no receipt."""
    rows = tuple(
        None if status == "-" else Row(f"DY{number}", status)
        for number, status in enumerate(statuses)
    )
    pages = [PageState(place(entry, file=file), "", None, 0, 0, rows, None)]
    pages += [PageState(place(entry + 1, file=file), "", None, 1, 0, (), None)] * rest
    return Pagination(pages, is_linked)


def later(*seen: DeliverySummary | Pagination) -> list[Problem]:
    summaries = [each for each in seen if isinstance(each, DeliverySummary)]
    lists = [each for each in seen if isinstance(each, Pagination)]
    return list(list_went_back(MessageHistory(lists, summaries, [], [])))


@pytest.mark.parametrize(
    ("total", "levels", "statuses", "member"),
    [
        (1, {"read": "some"}, ["sent"], "read"),
        (1, {"read": "all"}, [None], "read"),
        (1, {"read": "some"}, ["-"], "read"),
        (1, {"read": "some"}, [], "read"),
        (1, {"failed": "some"}, ["sent"], "failed"),
        (1, {"undelivered": "all"}, ["sent"], "undelivered"),
        # Only the first one is reported.
        (1, {"delivered": "all", "read": "all"}, ["sent"], "delivered"),
        (2, {"read": "all"}, ["sent", "failed"], "read"),
        (2, {"read": "all"}, ["failed", "failed"], None),
        (2, {"read": "some"}, ["sent", "failed"], None),
        (2, {"delivered": "some"}, ["sent", "read"], None),
        (2, {"read": "none"}, ["sent", "sent"], None),
        (2, {"sent": "all"}, ["sent", None], None),
        # Some of a longer list were created since.
        (1, {"delivered": "all"}, ["read", "sent"], None),
        (1, {"delivered": "all"}, ["sent", "sent"], "delivered"),
        ("1", {"read": "all"}, ["sent"], None),
        (None, {}, ["sent"], None),
    ],
)
def test_a_later_list_says_less(
    total: Any, levels: dict[str, Any], statuses: list[str | None], member: str | None
) -> None:
    expected = []
    if member:
        message = f"`{member}` was `{levels[member]}`, but a later list has no such receipt"
        pointer = f"/x/delivery/{member}"
        expected = [Problem(pointer, message, at=place(1), other=place(2))]
    assert later(summary(1, total, **levels), listed(2, *statuses)) == expected


def test_a_later_list_says_that_not_all_are() -> None:
    message = "`delivered` was `all`, but a later list has receipts that are not"
    expected = Problem("/x/delivery/delivered", message, at=place(1), other=place(2))
    for status in ("delivered", "read"):
        assert later(summary(1, 3, delivered="all"), listed(2, status, "sent", "-")) == [expected]


def test_the_next_whole_list_of_the_file_is_compared() -> None:
    said = [summary(each, 1, read="all") for each in (9, 5, 3, 1)]
    lists = [
        *(listed(6, "read"), listed(4, "sent", rest=1), listed(2, "sent", is_linked=False)),
        listed(7, "sent", file=1),
    ]
    found = [(each.at, each.other) for each in later(*said, *lists)]
    assert found == [(place(3), place(4)), (place(1), place(4))]
    assert later(said[1], listed(2, "sent")) == []
    assert later(said[1], listed(7, "sent", file=1)) == []


def any_time(*seen: StatusReport | DeliverySummary | Pagination) -> list[Problem]:
    summaries = [each for each in seen if isinstance(each, DeliverySummary)]
    reports = [each for each in seen if isinstance(each, StatusReport)]
    lists = [each for each in seen if isinstance(each, Pagination)]
    return list(impossible_at_any_time(MessageHistory(lists, summaries, reports, [])))


def whenever(*seen: StatusReport | DeliverySummary) -> list[str]:
    return [each.pointer.removeprefix("/x/delivery/") for each in any_time(*seen)]


def test_names_an_end_that_rules_a_level_out() -> None:
    """It is the first end that does not count for the member, of a report or of a row."""
    seen = (report(1, "A", "delivered"), report(2, "B", "sent"), report(3, "B", "failed"))
    early = [summary(5, 2), summary(0, 2, delivered="all")]
    early += [summary(6, None, file=1), summary(6, 1, file=1)]
    said = summary(7, 2, file=1, delivered="some", failed="all", undelivered="some")
    message = "`delivered` cannot be `all`: a receipt ended as failed"
    other = "`{}` cannot be `{}`: a receipt ended as delivered"
    at = place(7, file=1)
    assert any_time(*seen, *early, said) == [
        Problem("/x/delivery/delivered", message, at=place(0), other=place(3)),
        *(
            Problem(f"/x/delivery/{name}", other.format(name, level), at=at, other=place(1))
            for name, level in (("failed", "all"), ("undelivered", "some"))
        ),
    ]
    rows = listed(4, "-", "sent", "failed", "undelivered"), listed(9, "-", "sent", "failed")
    message = "`read` cannot be `all`: a receipt ended as failed"
    assert any_time(summary(1, 3, read="all"), *rows) == [
        Problem("/x/delivery/read", message, at=place(1), other=place(4)),
    ]


def test_a_receipt_that_was_read_had_been_delivered() -> None:
    seen = (report(1, "A", "delivered"), report(2, "A", "read"), report(3, "A", "read"))
    (problem,) = any_time(summary(0, failed="all"), *seen)
    message = "`failed` cannot be `all`: a receipt ended as read"
    assert problem == Problem("/x/delivery/failed", message, at=place(0), other=place(2))
    assert any_time(summary(0, read="all", delivered="all"), *seen) == []


def test_ends_rule_levels_out_whenever_they_are_seen() -> None:
    everything: dict[str, Any] = {"sent": "all", "delivered": "all"}
    failed = report(1, "A", "failed")
    assert whenever(summary(0, **everything), failed) == ["delivered"]
    assert whenever(summary(0, file=1, **everything), failed) == ["delivered"]
    # What an earlier check says is not said again.
    assert whenever(failed, summary(2, **everything)) == []
    assert whenever(summary(0, 2, **{**everything, "delivered": "some"}), failed) == []
    assert whenever(summary(0, 2, **everything), failed) == ["delivered"]
    # It may have been none of these at the time.
    assert whenever(summary(0, sent="all"), failed) == []
    assert whenever(summary(0, None), failed) == []
    assert whenever(summary(0, **everything), report(1, "A", "sent")) == []
    assert whenever(summary(0, **everything), report(1, "A", "read")) == []
    assert whenever(summary(0, read="all"), report(1, "A", "delivered")) == []
    assert whenever(summary(0, failed="all"), report(1, "A", "delivered")) == ["failed"]
    # More receipts than the total: the summary is older than some of them.
    assert whenever(summary(0, **everything), failed, report(2, "B", "failed")) == []
    # Two ends of one receipt are a finding by themselves.
    assert whenever(summary(0, **everything), failed, report(2, "A", "delivered")) == []
    assert whenever(
        summary(0, failed="all"), report(1, "A", "delivered"), report(2, "A", "read")
    ) == ["failed"]


@pytest.mark.parametrize(
    ("created", "total", "is_found"),
    [(5, 2, True), (1_000, 2, False), (998, 2, True), (999, 2, True), (5, 1, False)],
)
def test_receipts_that_were_created_later_exclude_no_level(
    created: int, total: int, is_found: bool
) -> None:
    """One receipt was delivered; the other one was read, and perhaps created after the summary."""
    seen = [report(1, "A", "delivered"), report(2, "B", "read", created=created)]
    said = summary(0, total, delivered="some", undelivered="some")
    assert bool(list(impossible_at_any_time(MessageHistory([], [said], seen, [])))) is is_found


def test_more_receipts_than_the_total_were_created_later() -> None:
    """The first of the two ended as undelivered, which only the summary says."""
    seen = [report(1, "A", "delivered"), report(2, "B", None), report(3, "C", "read")]
    said = summary(0, 2, time=0, delivered="some", undelivered="some")
    assert not list(impossible_at_any_time(MessageHistory([], [said], seen, [])))


@pytest.mark.parametrize("statuses", [("sent",), (None,), ("delivered", "failed")])
def test_receipts_without_one_end_exclude_no_level(statuses: tuple[str | None, ...]) -> None:
    seen = [report(number, "A", status) for number, status in enumerate(statuses, 1)]
    said = summary(0, 1, undelivered="all")
    assert not list(impossible_at_any_time(MessageHistory([], [said], seen, [])))


def test_receipts_whose_creation_is_unknown_are_counted() -> None:
    seen = [
        report(1, "A", "failed", created=None),
        report(2, "B", "sent", created=None),
        report(3, "C", None, created=None),
    ]
    said = summary(0, 3, delivered="all")
    (problem,) = impossible_at_any_time(MessageHistory([], [said], seen, []))
    assert problem.other == place(1)
