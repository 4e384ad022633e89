"""Webhooks on the wire: forms, queries and signatures."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from receiptkit.text.forms import FORM, FormField, decode_form, decode_query, form_offsets, is_json

if TYPE_CHECKING:
    from receiptkit.webhooks.signature import (
        AUTH_TOKEN,
        HEADER,
        sign,
        url_forms,
        verify,
        with_body_hash,
    )

__all__ = [
    "AUTH_TOKEN",
    "FORM",
    "HEADER",
    "FormField",
    "decode_form",
    "decode_query",
    "form_offsets",
    "is_json",
    "sign",
    "url_forms",
    "verify",
    "with_body_hash",
]


def __getattr__(name: str) -> Any:
    # A check without an auth token does not import hashlib.
    if name in __all__:
        return getattr(import_module("receiptkit.webhooks.signature"), name)
    raise AttributeError(f"module 'receiptkit.webhooks' has no attribute {name!r}")
