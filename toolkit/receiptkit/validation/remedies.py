"""Commands that capture again what a capture lacks; a test runs each."""

from __future__ import annotations

from collections.abc import Iterable

from receiptkit.captures import command_for
from receiptkit.captures.documents import PRINTED
from receiptkit.contract.bodies import EVENT_STREAM
from receiptkit.contract.webhook_payload import NO_FORM
from receiptkit.model.exchange import NO_BODY

_REMEDIES = {
    NO_BODY: "record it again: curl -s -i -o FILE.http URL",
    NO_FORM: "record webhooks on their way: mitmdump -q --mode reverse:URL --set hardump=FILE.har",
    PRINTED: "read it as a log: receiptkit validate --as log FILE",
    EVENT_STREAM: "see what to receive instead: receiptkit explain webhook.event-stream",
}


def remedies(reasons: Iterable[str], file: str) -> list[str]:
    """Return what to do about a file in which nothing was checked, for reasons with a remedy."""
    return [command_for(_REMEDIES[each], file) for each in reasons if each in _REMEDIES]
