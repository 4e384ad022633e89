"""The names of what rules rest on, as the catalogue writes them."""

from __future__ import annotations

OPENAPI = "Twilio's OpenAPI document (twilio-oai d50069b)"
RECEIPT_PAGE = "Receipt resource page"
GUIDE = 'guide "Delivery Receipts in Conversations"'
CONVERSATIONS_WEBHOOKS = 'reference page "Conversations Webhooks"'
WEBHOOKS_SECURITY = '"Webhooks Security" page'
ERROR_PAGES = "Twilio's error dictionary"
LIBRARIES = "source of Twilio's client libraries"
CAPTURES = "captured responses"
