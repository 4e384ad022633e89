"""Exchanges that a tool kept as texts of HTTP."""

from __future__ import annotations

import binascii

from receiptkit.captures.encodings import BASE64, from_base64
from receiptkit.captures.http_messages import HttpMessage, first_message, is_http
from receiptkit.captures.messages import url_of
from receiptkit.captures.nodes import Node
from receiptkit.captures.observation import Layout
from receiptkit.captures.records import Leg, Spot
from receiptkit.model.exchange import Exchange
from receiptkit.model.regex import regex

#: Bytes as Python and network tools print them, with blanks or without.
_HEX = regex(r"(?:[0-9A-Fa-f]{2}[ \n]?)+")


def exchange_of_texts(
    request: Node, response: Node, around: Node, limit: int
) -> tuple[Exchange, Layout] | None:
    """
    Return the exchange of a request and a response that are texts of HTTP.

    Security scanners and recorders of sockets keep them so, also in base64 or in hexadecimal.
    None if they are anything else.
    """
    sent, answer = _message(request, limit), _message(response, limit)
    if answer is None or answer[0].method or (sent is not None and not sent[0].method):
        return None
    here, body_spot = answer
    layout: Layout = {"response": body_spot, "status": response.spot, "headers": response.spot}
    if sent is None:
        url, url_spot = url_of(around, around, {})
        found = Exchange("GET", url, here.status, here.body, here.headers)
        return (found, {**layout, "url": url_spot}) if url else None
    there, sent_spot = sent
    layout = {**layout, "url": request.spot, "sent": request.spot, "request": sent_spot}
    url, _ = url_of(Node({"url": there.target}), Node({}), there.headers)
    return Exchange(
        there.method,
        url or there.target,
        here.status,
        here.body,
        here.headers,
        there.body,
        there.headers,
    ), layout


def _message(node: Node, limit: int) -> tuple[HttpMessage, Spot] | None:
    """Return a text as a message of HTTP, with the way to its body; None for any other text."""
    if not isinstance(node.value, str):
        return None
    raw, is_encoded = node.value.encode("utf-8", "replace"), False
    if not is_http(node.value):
        raw, is_encoded = _bytes(node.value), True
        if not is_http(raw[:4096].decode("latin-1")):
            return None
    message = first_message(raw, limit)
    if message is None:
        return None
    start = len(raw[: message.body_at].decode("utf-8", "replace"))
    hidden = is_encoded or not message.literal
    leg = Leg(node.spot.pointer, 0 if hidden else start, hidden)
    return message, Spot("", (*node.spot.legs, leg))


def _bytes(text: str) -> bytes:
    """Return the bytes of a text in hexadecimal or base64; none for any other text."""
    if _HEX.fullmatch(text):
        return binascii.unhexlify("".join(text.split()))
    raw = from_base64(text) if BASE64.fullmatch(text) else b""
    return raw if isinstance(raw, bytes) else b""
