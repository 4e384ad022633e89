"""Memories leave out what no other memory needs before they are merged."""

from __future__ import annotations

import traffic
from receiptkit.history import Memory
from receiptkit.history.remains import compared
from receiptkit.model.location import Arrival


def memory_of(*bodies: tuple[str, object]) -> Memory:
    memory = Memory()
    for entry, (kind, body) in enumerate(bodies):
        memory.enter(kind, body, Arrival(entry=entry))
    return memory


def left(*memories: Memory) -> list[int]:
    """Return the bytes of each memory after it has left out what no other needs."""
    named = compared([found for each in memories if (found := each.prints())])
    for each in memories:
        each.keep(*named)
    return [each.partitions().size for each in memories]


EMPTY = Memory().partitions().size


def test_leaves_out_what_one_process_saw() -> None:
    """Receipts and pages that one process alone saw are left out."""
    made = traffic.Traffic(1)
    one = memory_of(("receipt", made.receipt()), ("page", made.page(4)))
    other = memory_of(("receipt", made.receipt()), ("webhook", made.parameters()))
    assert left(one, other) == [EMPTY, EMPTY]


def test_keeps_what_two_processes_saw() -> None:
    """A receipt remains wherever it was seen: alone, in a page or by webhook."""
    made = traffic.Traffic(2)
    page = made.page(4)
    receipt = {**page["delivery_receipts"][2], "status": "read"}
    one, other = memory_of(("page", page)), memory_of(("receipt", receipt))
    third = memory_of(("receipt", made.receipt()))
    sizes = left(one, other, third)
    assert sizes[0] > EMPTY < sizes[1]
    assert sizes[2] == EMPTY


def test_lists_of_summarized_messages_remain() -> None:
    """A page remains where a summary of its message was seen elsewhere, and so do pages with links."""
    made = traffic.Traffic(3)
    page, others = made.page(4), made.pages(2)
    sid = page["delivery_receipts"][0]["message_sid"]
    summary = {"sid": sid, "delivery": {"total": 4}}
    sizes = left(
        memory_of(("page", page)), memory_of(("message", summary)), memory_of(("page", others[0]))
    )
    assert all(size > EMPTY for size in sizes)


def test_messages_of_two_conversations_remain() -> None:
    """Receipts of one message remain where two processes saw it in two conversations."""
    made = traffic.Traffic(4)
    one = made.receipt()
    other = {**made.receipt(), "message_sid": one["message_sid"]}
    assert one["conversation_sid"] != other["conversation_sid"]
    sizes = left(memory_of(("receipt", one)), memory_of(("receipt", other)))
    assert all(size > EMPTY for size in sizes)
    same = {**other, "conversation_sid": one["conversation_sid"]}
    assert left(memory_of(("receipt", one)), memory_of(("receipt", same))) == [EMPTY, EMPTY]
