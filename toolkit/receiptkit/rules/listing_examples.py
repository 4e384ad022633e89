"""Pages of a list, one after the other: the examples of the rules about paginations."""

from __future__ import annotations

from typing import Any

from receiptkit.rules.examples import Example, sample

LIST = sample("page")["meta"]["url"].partition("?")[0]
_OTHER, _THIRD = "DY" + "0123456789abcdef" * 2, "DY" + "fedcba9876543210" * 2
FIRST: dict[str, Any] = {
    "/meta/page_size": 1,
    "/meta/url": f"{LIST}?PageSize=1&Page=0",
    "/meta/first_page_url": f"{LIST}?PageSize=1&Page=0",
    "/meta/next_page_url": f"{LIST}?PageSize=1&Page=1&PageToken=PT1",
}
_SECOND: dict[str, Any] = {
    **FIRST,
    "/meta/page": 1,
    "/meta/url": FIRST["/meta/next_page_url"],
    "/meta/previous_page_url": f"{LIST}?PageSize=1&Page=0&PageToken=PT0",
    "/meta/next_page_url": None,
    "/delivery_receipts/0/sid": _OTHER,
    "/delivery_receipts/0/url": f"{LIST}/{_OTHER}",
}


#: Links without an index, so that nothing else is wrong with them.
_BACK = f"{LIST}?PageSize=1&PageToken=PT1"
_LAST = f"{LIST}?PageSize=1&Page=2&PageToken=PT2"
LOOP = Example(
    "page",
    {**FIRST, "/meta/next_page_url": _BACK},
    then=Example(
        "page",
        {**_SECOND, "/meta/url": _BACK, "/meta/next_page_url": _LAST},
        then=Example(
            "page",
            {
                **_SECOND,
                "/meta/page": 2,
                "/meta/url": _LAST,
                "/meta/previous_page_url": _BACK,
                "/meta/next_page_url": _BACK,
                "/delivery_receipts/0/sid": _THIRD,
                "/delivery_receipts/0/url": f"{LIST}/{_THIRD}",
            },
        ),
    ),
)


def _chain(*changes: dict[str, Any]) -> Example:
    """Return pages of a list, one after the other."""
    first, *others = changes
    return Example("page", first, then=_chain(*others) if others else None)


def _numbered(number: int, token: str, following: str | None, sid: str) -> dict[str, Any]:
    """Return the changes that make a later page of the list with one receipt a page."""
    return {
        **_SECOND,
        "/meta/page": number,
        "/meta/url": f"{LIST}?PageSize=1&Page={number}&PageToken={token}",
        "/meta/previous_page_url": f"{LIST}?PageSize=1&Page={number - 1}&PageToken=PT{number - 1}",
        "/meta/next_page_url": f"{LIST}?PageSize=1&Page={number + 1}&PageToken={following}"
        if following
        else None,
        "/delivery_receipts/0/sid": sid,
        "/delivery_receipts/0/url": f"{LIST}/{sid}",
    }


def _four_pages(third: str) -> Example:
    """Return four pages of a list; the third one gives a token for the fourth."""
    return _chain(
        FIRST,
        _numbered(1, "PT1", "PT2", _OTHER),
        _numbered(2, "PT2", third, _THIRD),
        _numbered(3, third, None, _THIRD[:-1] + "1"),
    )


def _row(sid: str) -> dict[str, Any]:
    return {
        **sample("receipt"),
        "sid": sid,
        "url": f"{LIST}/{sid}",
        "participant_sid": f"MB{sid[2:]}",
        "channel_message_sid": f"SM{sid[2:]}",
    }


def _of_two(changes: dict[str, Any]) -> dict[str, Any]:
    """Return changes to a page of the list with one receipt a page, for one with two."""
    return {
        pointer: value.replace("PageSize=1", "PageSize=2") if isinstance(value, str) else value
        for pointer, value in changes.items()
        if "delivery_receipts" not in pointer
    } | {"/meta/page_size": 2}


#: The second page begins with the first receipt of all, which no new receipt explains.
OVERLAP = _chain(
    {**_of_two(FIRST), "/delivery_receipts/-": _row(_OTHER)},
    {**_of_two(_SECOND), "/delivery_receipts/-": _row(_THIRD)},
)
LOOP_FREE, REUSED = _four_pages("PT3"), _four_pages("PT1")


def two_pages(later: dict[str, Any]) -> Example:
    """Return two pages of a list, with changes to the second one."""
    return Example("page", FIRST, then=Example("page", {**_SECOND, **later}))
