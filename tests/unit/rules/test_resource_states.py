"""Observations of a conversation or a participant are compared with each other."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.states import REMOVED, ResourceState


def place(entry: int, file: int = 0) -> Arrival:
    return Arrival(file, entry=entry, pointer="/x")


def state(entry: int, *, file: int = 0, **members: Any) -> ResourceState:
    at = place(entry, file)
    return ResourceState(at, at, "CH1", "AC1", "IS1", "", None, None)._replace(**members)


def problems(*states: ResourceState) -> list[Problem]:
    return list(catalogue.problems("resource states", [*states]))


def problem(rule: str, member: str, message: str, at: Arrival, other: Arrival) -> Problem:
    return Problem(f"/x/{member}", message, rule=rule, at=at, other=other)


@pytest.mark.parametrize(
    ("rule", "name", "member", "text", "values"),
    [
        *(
            (
                "resource.identity",
                name,
                member,
                f"an earlier observation of this SID has another {member}",
                ("", "XX7", "XX8", "XX8", "XX7", "XX9"),
            )
            for name, member in (
                ("conversation", "conversation_sid"),
                ("account", "account_sid"),
                ("service", "chat_service_sid"),
            )
        ),
        (
            *("resource.changed", "created", "date_created"),
            *("an earlier observation has another date_created", (None, 7, 8, 8, 7, 9)),
        ),
        (
            *("resource.changed", "facet", "messaging_binding/address"),
            *("an earlier observation has another address", ("", 7, 8, 8, 7, 9)),
        ),
    ],
)
def test_each_further_value_is_one_problem(
    rule: str, name: str, member: str, text: str, values: tuple[Any, ...]
) -> None:
    """It is compared with the first that is known."""
    found = problems(*(state(at, **{name: value}) for at, value in enumerate(values)))
    assert found == [problem(rule, member, text, place(at), place(1)) for at in (2, 5)]


def test_an_owner_that_is_missing_is_not_another_one() -> None:
    states = [state(0, created=1, account=""), state(1, created=2)]
    assert [each.rule for each in problems(*states)] == ["resource.changed"]
    other = state(2, created=3, account="AC2")
    assert [each.rule for each in problems(*states, other)] == ["resource.identity"]
    assert problems() == []


def test_a_deletion_is_no_address_nor_is_a_state() -> None:
    states = [state(0, facet=7), state(1, facet=REMOVED, file=1), state(2, facet="active", file=2)]
    assert problems(*states) == []


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        # The closed state with the earliest date is final, whichever arrived first.
        ([("closed", 1), ("closed", 0), ("active", 1)], (2, 1)),
        ([("closed", 5), ("closed", 5), ("inactive", 6), ("active", 7)], (2, 0)),
        ([("closed", None), ("closed", 5), ("active", 6)], (2, 1)),
        ([("closed", 0), ("active", None)], None),
        ([("closed", 5), ("active", 5)], None),
        ([("closed", 5), ("", 6), (7, 6), (REMOVED, 6)], None),
        ([("active", 6), ("closed", 5)], None),
        ([("closed", None), ("active", 6)], None),
        ([("inactive", 5), ("active", 6)], None),
    ],
)
def test_a_closed_conversation_goes_on(
    seen: list[tuple[int | str, int | None]], expected: tuple[int, int] | None
) -> None:
    states = [state(at, facet=facet, updated=date) for at, (facet, date) in enumerate(seen)]
    text = "an earlier observation has `closed`, which is final"
    assert problems(*states) == [
        problem("conversation.reopened", "state", text, place(at), place(other))
        for at, other in ([expected] if expected else [])
    ]


def test_what_was_deleted_is_there() -> None:
    """The last observation after the first deletion in each file is named."""
    states = [
        *(state(1, facet=REMOVED), state(3, facet=REMOVED)),
        *(state(0), state(2, last=place(5)), state(4)),
        *(state(1, file=1), state(2, facet=REMOVED, file=1), state(3, file=1)),
        *(state(1, file=2, last=place(2, 2)), state(3, facet=REMOVED, file=2)),
        *(state(1, file=3, facet=REMOVED), state(9, file=4)),
    ]
    text = "an earlier request deleted this resource"
    assert problems(*states) == [
        problem("resource.deleted", "sid", text, place(5), place(1)),
        problem("resource.deleted", "sid", text, place(3, 1), place(2, 1)),
    ]
