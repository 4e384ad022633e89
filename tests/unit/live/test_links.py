"""Links of responses, rewritten where they are links, and nowhere else."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from receiptkit.live.links import Links

_OWN = "http://127.0.0.1:1"
_LINKS = Links("https://upstream.example/base")


def test_links_lead_to_the_proxy_and_texts_stay() -> None:
    """Only members that are links change; their slashes stay escaped; other hosts and texts stay."""
    before = (
        rb'{"url":"https:\/\/upstream.example\/base\/v1\/a", "body": "https://upstream.example/base/v1",'
        rb' "n": 1.50, "links": {"x": "https://conversations.twilio.com/v1/b?c=1"},'
        rb' "meta": {"next_page_url": "HTTPS://UPSTREAM.EXAMPLE/base/v1/n", "previous_page_url": null},'
        rb' "post_webhook_url": "https://upstream.example/base/hook", "rows": [{"url": "https://upstream.example/basement"}]}'
    )
    after = (
        rb'{"url":"http:\/\/127.0.0.1:1\/v1\/a", "body": "https://upstream.example/base/v1",'
        rb' "n": 1.50, "links": {"x": "http://127.0.0.1:1/v1/b?c=1"},'
        rb' "meta": {"next_page_url": "http://127.0.0.1:1/v1/n", "previous_page_url": null},'
        rb' "post_webhook_url": "https://upstream.example/base/hook", "rows": [{"url": "https://upstream.example/basement"}]}'
    )
    assert _LINKS.in_body(before, _OWN) == after
    fields = [
        (b"location", b"https://upstream.example/base/v1/a"),
        (b"x", b"https://upstream.example/base/v1/a"),
    ]
    assert _LINKS.in_headers(fields, _OWN) == [(b"location", b"http://127.0.0.1:1/v1/a"), fields[1]]


@given(
    st.binary()
    | st.sampled_from([b'{"url": "\\', b"[" * 5000, b'{"url"', b'{"url": 1, ', b"\xff{"])
)
def test_other_bodies_stay(body: bytes) -> None:
    """A body that is not JSON, or broken JSON, is not changed."""
    assert _LINKS.in_body(body, _OWN) == body


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3)
    ),
    max_leaves=8,
)


@given(_JSON)
def test_documents_without_links_stay(value: object) -> None:
    """Nothing else of a document changes, however it is written."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert _LINKS.in_body(text, _OWN) == text
