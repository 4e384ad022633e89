"""A run is what a row repeats of its frame, with the literal text around it."""

from __future__ import annotations

import pytest

from receiptkit.bulk.runs import Run, with_runs
from receiptkit.bulk.slots import Slot
from receiptkit.bulk.tokens import tokens

OWN, OWNED, OTHER = (f"{prefix}{'0123456789abcdef' * 2}" for prefix in ("DY", "IM", "CH"))


def slots(text: str) -> list[Slot]:
    return [Slot(token) for token in tokens(text, 0, len(text), (), ())]


def test_what_a_frame_determines_is_one_run() -> None:
    text = f'{{"sid": "{OWN}", "of": "{OWNED}", "url": "/a%20b/{OTHER}/{OWNED}"}}'
    *_, run = with_runs(slots(text), [None, 3, 0])
    assert isinstance(run, Run)
    assert run.owners == [3, 0, 3]
    assert run.template % (OWNED, OTHER, OWNED) == text[-run.length :]
    assert [text[-run.length :][start : start + 34] for start in run.starts] == [
        OWNED,
        OTHER,
        OWNED,
    ]


@pytest.mark.parametrize("owner", [None, -1])
def test_rows_of_their_own_have_no_run(owner: int | None) -> None:
    found = slots(f'{{"sid": "{OWN}"}}')
    assert list(with_runs(found, [owner])) == found


def test_frames_have_no_run() -> None:
    found = slots(f'{{"sid": "{OWN}"}}')
    assert list(with_runs(found, ())) == found


def test_a_word_that_differs_ends_a_run() -> None:
    found = [
        slot._replace(differs=slot.token.text == "sent")
        for slot in slots(f'{{"of": "{OWNED}", "status": "sent", "url": "/{OWNED}"}}')
    ]
    pieces = list(with_runs(found, [0]))
    assert [type(piece) for piece in pieces] == [Run, Slot, Run]
