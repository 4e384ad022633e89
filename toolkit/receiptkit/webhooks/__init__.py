"""Webhooks as they travel: forms and queries."""

from receiptkit.webhooks.payload import FORM, Parameter, decode_form, decode_query, form_offsets, is_json

__all__ = ["FORM", "Parameter", "decode_form", "decode_query", "form_offsets", "is_json"]
