"""States of one receipt have the right finding, at the right place, compared with the right state."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.states import ReceiptHistory, ReceiptState


def of_receipt(states: list[ReceiptState]) -> list[Problem]:
    """Return the problems that every check of a receipt's history finds."""
    return list(catalogue.problems("receipt history", ReceiptHistory(states)))


def place(problem: Problem) -> Arrival:
    assert problem.at is not None
    return problem.at


def sighting(
    places: tuple[int, ...],
    status: str | None,
    updated: int,
    *,
    file: int = 0,
    code: int = 0,
    by_webhook: bool = False,
) -> ReceiptState:
    """A state that was seen at some entries of a file."""
    first, last = Arrival(file, entry=places[0]), Arrival(file, entry=places[-1])
    return ReceiptState(
        first, last, len(places), by_webhook, "CH1", "IM1", "MB1", status, code, 0, updated, "SM1"
    )


def webhook(places: tuple[int, ...], status: str | None, updated: int) -> ReceiptState:
    return sighting(places, status, updated, by_webhook=True)


LATE, REGRESSION, AFTER = "timeline.arrived-late", "timeline.regression", "timeline.after-terminal"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        # Of two that say the same status at the same time, the first one is the furthest.
        (
            [((0,), "failed", 5, 30003), ((1,), "failed", 5, 30008), ((2,), "sent", 2, 0)],
            [(LATE, 2, 0), ("timeline.code-changed", 1, 0)],
        ),
        # Of two ends one second is enough.
        ([((0,), "undelivered", 2, 30003), ((1,), "delivered", 3, 0)], [(AFTER, 1, 0)]),
        ([((0,), "delivered", 2, 0), ((1,), "undelivered", 3, 30003)], [(REGRESSION, 1, 0)]),
        # A response is stale after a status that follows its own, not after any other, nor after another of the same.
        ([((0, 2), "delivered", 2, 0), ((1,), "sent", 2, 0)], [(LATE, 1, 0)]),
        ([((0, 2), "delivered", 2, 0), ((1,), "delivered", 30, 0)], []),
        (
            [((0, 2), "sent", 2, 0), ((1,), "delivered", 2, 0)],
            [(LATE, 2, 1), ("timeline.date-kept", 1, 0)],
        ),
    ],
)
def test_states_of_one_file(
    seen: list[tuple[tuple[int, ...], str, int, int]], expected: list[tuple[str, int, int]]
) -> None:
    """Successive responses are compared by place, status, seconds and code."""
    found = of_receipt(
        [sighting(places, status, updated, code=code) for places, status, updated, code in seen]
    )
    assert [
        (each.rule, place(each).entry, each.other.entry) for each in found if each.other
    ] == expected


def test_duplicate_webhooks_and_stale_responses() -> None:
    """A webhook that arrives again after a newer one is a duplicate; a stale response is reported, too."""
    newer = webhook((1,), "delivered", 5)
    again = webhook((0, 2), "sent", 2)
    assert [(each.rule, place(each).entry) for each in of_receipt([again, newer])] == [
        ("timeline.duplicate", 2)
    ]
    stale = sighting((3, 5), "sent", 5), sighting((4,), "read", 6)
    found = of_receipt([newer, *stale])
    assert [(each.rule, place(each).entry) for each in found] == [(LATE, 3), (LATE, 5)]


def test_a_second_is_later() -> None:
    """The message names the later date even if it differs by a second."""
    (found,) = of_receipt([sighting((0,), "delivered", 2), sighting((1,), "sent", 3)])
    assert found.message == "status goes back: `sent` is dated after `delivered`"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([(0, "delivered", 5), (1, "sent", 5)], []),
        ([(0, "delivered", 5), (1, "sent", 6)], [(REGRESSION, 1)]),
        ([(0, "sent", 2), (0, "delivered", 5), (1, "sent", 6)], [(REGRESSION, 1)]),
        ([(0, "read", 5), (1, "delivered", 10)], [(AFTER, 1)]),
        # Of a tie, the end is last.
        ([(0, "sent", 5), (0, "delivered", 10), (1, "read", 5)], [(AFTER, 0)]),
        ([(0, None, 5), (1, "sent", 10)], []),
    ],
)
def test_states_of_several_files(
    seen: list[tuple[int, str | None, int]], expected: list[tuple[str, int]]
) -> None:
    """Between files, dates alone tell: file, status and seconds."""
    found = of_receipt(
        [
            sighting((place,), status, updated, file=file)
            for place, (file, status, updated) in enumerate(seen)
        ]
    )
    assert [(each.rule, place(each).file) for each in found] == expected


ANSWER, DISAGREES = sighting((0,), "delivered", 5), "webhook.disagrees-with-receipt"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([{}], []),
        ([{"created": 1}, {"created": -1}], []),
        ([{"created": 2}], [(DISAGREES, "/DateCreated", 1)]),
        ([{"channel_message": ""}], []),
        # Dates that agree to the second are not reported.
        ([{"created": 1, "channel_message": "SM2"}], [(DISAGREES, "/ChannelMessageSid", 1)]),
        ([{"error_code": 30003}, {"error_code": 0}], [(DISAGREES, "/ErrorCode", 1)]),
        # One that agrees says nothing of the next one.
        ([{}, {"channel_message": "SM2"}], [(DISAGREES, "/ChannelMessageSid", 2)]),
    ],
)
def test_webhooks_beside_a_response(
    told: list[dict[str, Any]], expected: list[tuple[str, str, int]]
) -> None:
    """Webhooks that contradict a response of the same status are found, each in its file."""
    webhooks = [
        webhook((0,), "delivered", 5)._replace(first=Arrival(file), last=Arrival(file), **members)
        for file, members in enumerate(told, start=1)
    ]
    found = [
        each for each in of_receipt([ANSWER, *webhooks]) if each.rule != "timeline.clock-backwards"
    ]
    assert [(each.rule, each.pointer, place(each).file) for each in found] == expected


def test_dates_of_creation_are_compared_within_one_source() -> None:
    """Responses cut or round the milliseconds of webhooks."""
    for file in (0, 1):
        beside = webhook((1,), "delivered", 5)._replace(
            first=Arrival(file, entry=1), last=Arrival(file, entry=1), created=1
        )
        assert list(of_receipt([ANSWER, beside])) == []


def told(*states: ReceiptState) -> list[tuple[str, str, str, int]]:
    """Return rule, pointer, message and entry of the findings of a history."""
    return [
        (each.rule, each.pointer, each.message, place(each).entry) for each in of_receipt([*states])
    ]


@pytest.mark.parametrize("by_webhook", [False, True])
def test_an_older_date_of_the_same_status(by_webhook: bool) -> None:
    """It arrived late if one source says both; the other source may have a date of its own."""
    new, old = ((0,), "sent", 9), ((1,), "sent", 5)
    pointer = "/DateUpdated" if by_webhook else "/date_updated"
    message = "an older `sent` arrived after a newer one; compare dates and ignore it"
    before, after = (sighting(*each, by_webhook=by_webhook) for each in (new, old))
    assert told(before, after) == [(LATE, pointer, message, 1)]
    assert of_receipt([before, after])[0].other == before.first
    assert told(before, sighting(*old, by_webhook=not by_webhook)) == []
    assert told(before, sighting((1,), "sent", 9, code=30003, by_webhook=by_webhook)) == []
    assert told(sighting((0,), "sent", 5), sighting((1,), "sent", 9)) == []


CHANNEL = "timeline.channel-message"
SECOND = "the same receipt has another channel_message_sid in an earlier observation"


def test_another_message_of_the_channel() -> None:
    """Each state is compared with the first that names one."""
    states = [
        sighting((number,), "sent" if number < 2 else "delivered", number)._replace(
            channel_message=channel
        )
        for number, channel in enumerate(("", "SM1", "SM2", "", "SM1", "SM3"))
    ]
    found = [each for each in told(*states) if each[0] == CHANNEL]
    pointer = "/channel_message_sid"
    assert found == [(CHANNEL, pointer, SECOND, 2), (CHANNEL, pointer, SECOND, 5)]
    others = [each.other for each in of_receipt(states) if each.rule == CHANNEL]
    assert others == [states[1].first] * 2


def test_another_message_of_the_channel_is_one_finding() -> None:
    """A webhook that contradicts the response about the same status has that finding alone."""
    answer = sighting((0,), "sent", 5)
    other = webhook((1,), "sent", 5)._replace(channel_message="SM2")
    assert [each[0] for each in told(answer, other)] == ["webhook.disagrees-with-receipt"]
    later = webhook((1,), "delivered", 9)._replace(channel_message="SM2")
    assert told(answer, later) == [(CHANNEL, "/ChannelMessageSid", SECOND, 1)]
    code = sighting((2,), "delivered", 9, code=30003)._replace(channel_message="SM2")
    rules = [each[0] for each in told(answer, later, code)]
    assert rules.count(CHANNEL) == 2
    mixed = later._replace(participant="MB2")
    assert CHANNEL not in [each[0] for each in told(answer, mixed)]


def test_another_code_of_a_failure() -> None:
    """Codes are compared within a source and a status; a missing one is another rule's."""
    rule, message = (
        "timeline.code-changed",
        "the same failure has another error code in an earlier observation",
    )
    for by_webhook, pointer in ((False, "/error_code"), (True, "/ErrorCode")):
        states = [
            sighting((number,), status, 5 + number, code=code, by_webhook=by_webhook)
            for number, (status, code) in enumerate(
                (
                    *(("sent", 1), ("failed", 0), ("failed", 30003), ("undelivered", 30004)),
                    *(("failed", 30003), ("failed", 30005), ("sent", 2)),
                )
            )
        ]
        found = [each for each in told(*states) if each[0] == rule]
        assert found == [(rule, pointer, message, 5)]
        assert [e.other for e in of_receipt(states) if e.rule == rule] == [states[2].first]
        mixed = states[-1]._replace(participant="MB2")
        assert rule not in [each[0] for each in told(*states, mixed)]
    pair = [
        sighting((0,), "failed", 5, code=30003),
        sighting((1,), "failed", 5, code=30005, by_webhook=True),
    ]
    assert rule not in [each[0] for each in told(*pair)]


def test_a_webhook_that_comes_again_with_another_date() -> None:
    def told(*states: ReceiptState) -> list[tuple[int, str]]:
        return [
            (place(each).entry, each.message)
            for each in of_receipt([*states])
            if each.rule == "timeline.duplicate"
        ]

    again = [(1, "`sent` arrived before, with an earlier date; process it once")]
    assert told(webhook((0,), "sent", 1), webhook((1,), "sent", 2)) == again
    assert told(webhook((0,), "sent", 2), webhook((1,), "sent", 1)) == []
    assert told(webhook((0,), "sent", 1), webhook((1,), "delivered", 2)) == []
    # Answers repeat themselves as often as they are asked for.
    assert told(sighting((0,), "sent", 1), sighting((1,), "sent", 2)) == []
    assert told(sighting((0,), "sent", 1), webhook((1,), "sent", 2)) == []
    other_code = sighting((1,), "failed", 2, code=30005, by_webhook=True)
    assert told(sighting((0,), "failed", 1, code=30003, by_webhook=True), other_code) == []
    twice = (2, "the same webhook arrived twice; process it once")
    assert told(webhook((0,), "sent", 1), webhook((1, 2), "sent", 2)) == [twice]
