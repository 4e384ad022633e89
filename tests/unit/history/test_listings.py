"""Pages of messages, participants and conversations are compared as those of receipts are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from receiptkit.contract import Contract
from receiptkit.history import History
from receiptkit.model.exchange import Exchange
from receiptkit.rules.examples import sample
from receiptkit.validation import processes, units

Run = Callable[..., tuple[int, str, str]]
MESSAGES = sample("message")["url"].rpartition("/")[0]


def message(number: int) -> dict[str, Any]:
    """Return a message of a list."""
    own = f"IM{number:032x}"
    url = f"{MESSAGES}/{own}"
    links = {"delivery_receipts": f"{url}/Receipts"}
    body = {**sample("message"), "delivery": None}
    return {**body, "sid": own, "index": number, "url": url, "links": links}


def page(number: int, *rows: int, query: str = "", **meta: Any) -> dict[str, Any]:
    """Return a page of two rows at most; another one follows."""

    def link(of: int) -> str:
        token = f"&PageToken=PT{of}" if of else ""
        return f"{MESSAGES}?{query}PageSize=2&Page={of}{token}"

    return {
        "meta": {
            "page": number,
            "page_size": 2,
            "first_page_url": link(0),
            "previous_page_url": link(number - 1) if number else None,
            "url": link(number),
            "next_page_url": link(number + 1),
            "key": "messages",
            **meta,
        },
        "messages": [message(row) for row in rows],
    }


def found(*pages: dict[str, Any]) -> list[str]:
    history = History(Contract.load())
    for each in pages:
        exchange = Exchange("GET", each["meta"]["url"], 200, json.dumps(each).encode())
        history.check_exchange(exchange)
    return [f"{each.severity.value} {each.rule} {each.pointer}" for each in history.finish()]


LAST: dict[str, Any] = {"next_page_url": None}


def test_a_whole_pagination_has_no_finding() -> None:
    """Neither has one that was broken off, polled again, or read with another order beside it."""
    first, second, third = page(0, 1, 2), page(1, 3, 4), page(2, 5, **LAST)
    assert found(first, second, third) == []
    assert found(first) == []
    assert found(first, first, second, first, second, third) == []
    assert found(page(0, 9, 8, query="Order=desc&"), page(2, 5, **LAST)) == []


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([page(0, 1, 2), page(2, 5, **LAST)], "info listing.gap /meta/page"),
        ([page(0, 1, 2), page(1, 2, 3, **LAST)], "info listing.overlap /messages/0/sid"),
        (
            [page(0, 1, 2), page(1, 3, 4), page(2, 5, 6, next_page_url=page(1)["meta"]["url"])],
            "error listing.loop /meta/next_page_url",
        ),
    ],
)
def test_a_wrong_pagination_is_found(pages: list[dict[str, Any]], expected: str) -> None:
    assert found(*pages) == [expected]


def test_processes_find_the_same(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages of a list are brought together from every process, and from a file."""
    monkeypatch.setattr(units, "_SPAN", 5000)
    monkeypatch.setattr(processes, "_MUCH", 0)
    lines = []
    for number in range(40):
        body = page(number, 2 * number, 2 * number + 1) if number != 20 else page(21, 1, 2)
        request = {"method": "GET", "url": body["meta"]["url"]}
        lines.append(json.dumps({"request": request, "response": {"status": 200, "body": body}}))
    path = tmp_path / "a.ndjson"
    path.write_text("\n".join(lines) + "\n")
    whole = run("validate", "--format", "json", "--jobs", 1, path)
    assert "listing." in whole[1]
    for more in (["--jobs", 2], ["--jobs", 1, "--memory", "64K"], ["--jobs", 1, "--no-bulk"]):
        assert run("validate", "--format", "json", *more, path) == whole
