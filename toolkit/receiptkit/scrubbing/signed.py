"""Signatures of webhooks: those that verified before are made anew after."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

from receiptkit.captures import (
    Format,
    Limits,
    Observation,
    Reading,
    nothing_beside,
    recognise,
)
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import Exchange, WebhookRequest, text_of
from receiptkit.model.location import Position
from receiptkit.rules.signed_request import public_urls, signed_parameters
from receiptkit.text.forms import decode_query
from receiptkit.webhooks.signature import BODY_HASH, HEADER, sign, url_forms, verify


def new_hashes(before: bytes, after: bytes, name: str) -> dict[str, str]:
    """Return the hashes of bodies that were right before, each with the one that is right after."""
    known = {}
    for old, new in _paired(before, after, name):
        said = _body_hash(old)
        if said is not None and said.lower() == _sha256(old):
            known[said] = _sha256(new)
    return known


def new_signatures(
    before: bytes, after: bytes, name: str, token: str, new_token: str
) -> dict[str, str]:
    """
    Return the signatures that verify, each with the one of the same request after its change.

    Args:
        before: the capture.
        after: the scrubbed capture, in which the signatures have not changed.
        name: the name of the file.
        token: the auth token under which signatures verify.
        new_token: the auth token under which they verify afterwards.
    """
    known = {}
    for old, new in _paired(before, after, name):
        said = old.header(HEADER)
        form = _verified(old, token, said) if said else None
        if said and form is not None:
            url, number = form
            parameters, _ = signed_parameters(new)
            if _body_hash(new) is not None:
                parameters = []
            forms = url_forms(public_urls(new)[url])
            known[said] = sign(forms[number], new_token, parameters)
    return known


def _verified(request: WebhookRequest, token: str, said: str) -> tuple[int, int] | None:
    """Return which URL, and which form of it, a signature is over; None if it does not verify."""
    parameters, body = signed_parameters(request)
    for number, url in enumerate(public_urls(request)):
        if not verify(url, token, said, parameters, body):
            continue
        covered = [] if _body_hash(request) is not None else parameters
        for at, form in enumerate(url_forms(url)):
            if sign(form, token, covered) == said:
                return number, at
    return None


def _paired(
    before: bytes, after: bytes, name: str
) -> Iterator[tuple[WebhookRequest, WebhookRequest]]:
    try:
        yield from zip(_requests(before, name), _requests(after, name), strict=False)
    except CaptureError:
        # A part that cannot be read has no more signatures to check.
        return


def _requests(raw: bytes, name: str) -> Iterator[WebhookRequest]:
    found, _ = recognise(name, raw[:4096], named=True)
    for observation in _observations(found, raw, name):
        seen = observation.seen
        if isinstance(seen, Exchange):
            seen = seen.request()
        yield seen if isinstance(seen, WebhookRequest) else WebhookRequest()


def _observations(found: Format | None, raw: bytes, name: str) -> Iterator[Observation]:
    if found is None or found.read is None:
        return
    limits = Limits()
    stream: Any = io.BufferedReader(io.BytesIO(raw))
    reading, entry = Reading(limits.record, nothing_beside), 0
    for piece in found.read(stream, name, limits):
        if isinstance(piece, Observation):
            yield piece
            continue
        columns = piece.columns or [1] * len(piece.texts)
        for text, line, column in zip(piece.texts, piece.lines, columns, strict=True):
            for observation in piece.observe(text, Position(line, column), entry, reading):
                yield observation
                entry += 1


def _body_hash(request: WebhookRequest) -> str | None:
    if BODY_HASH not in request.url:
        return None
    return next((each.value for each in decode_query(request.url) if each.name == BODY_HASH), None)


def _sha256(request: WebhookRequest) -> str:
    return hashlib.sha256(text_of(request.body) or b"").hexdigest()
