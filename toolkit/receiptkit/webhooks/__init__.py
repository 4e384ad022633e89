"""Webhooks on the wire: forms, queries and signatures."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from receiptkit.model.odd_arguments import explained
from receiptkit.text import forms
from receiptkit.text.forms import FORM, FormField

if TYPE_CHECKING:
    from receiptkit.webhooks.signature import (
        AUTH_TOKEN,
        HEADER,
        sign,
        signed_text,
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
    "signed_text",
    "url_forms",
    "verify",
    "with_body_hash",
]


decode_form = explained(forms.decode_form)
decode_query = explained(forms.decode_query)
form_offsets = explained(forms.form_offsets)
is_json = explained(forms.is_json)


def __getattr__(name: str) -> Any:
    # A check without an auth token does not import hashlib.
    if name in __all__:
        found = getattr(import_module("receiptkit.webhooks.signature"), name)
        globals()[name] = explained(found) if callable(found) else found
        return globals()[name]
    raise AttributeError(f"module 'receiptkit.webhooks' has no attribute {name!r}")
