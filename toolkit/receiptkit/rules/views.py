"""The arguments of checks: one view for each subject of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from receiptkit.model.display import public
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex

#: Media types that responses of servers and proxies usually have; they give nothing away.
_USUAL_TYPES = frozenset(
    {
        "application/json",
        "application/octet-stream",
        "application/problem+json",
        "application/x-www-form-urlencoded",
        "application/xml",
        "multipart/form-data",
        "text/csv",
        "text/html",
        "text/javascript",
        "text/plain",
        "text/xml",
    }
)
#: What events of Conversations are called.
EVENT = regex(r"[Oo]n[A-Z][A-Za-z]+")
#: The members of a receipt by the names of a webhook's parameters.
WEBHOOK_NAMES = {
    "account_sid": "AccountSid",
    "chat_service_sid": "ChatServiceSid",
    "conversation_sid": "ConversationSid",
    "message_sid": "MessageSid",
    "channel_message_sid": "ChannelMessageSid",
    "participant_sid": "ParticipantSid",
    "sid": "DeliveryReceiptSid",
    "status": "Status",
    "error_code": "ErrorCode",
    "date_created": "DateCreated",
    "date_updated": "DateUpdated",
}


class ReceiptView(NamedTuple):
    """
    A receipt, as a REST response or a webhook gives it; for the subjects receipt and webhook.

    Attributes:
        body: the receipt, or the parameters of the webhook.
        at: the pointer of the receipt; empty unless it is a row of a page.
        is_webhook: True for the parameters of a webhook.
    """

    body: Mapping[str, Any]
    at: str = ""
    is_webhook: bool = False

    def name(self, member: str) -> str:
        """Return the name that a member of receipts has here."""
        return WEBHOOK_NAMES.get(member, member) if self.is_webhook else member

    def get(self, member: str) -> Any:
        """Return the value of a member of receipts; None if it is absent."""
        return self.body.get(WEBHOOK_NAMES.get(member, member) if self.is_webhook else member)

    def pointer(self, member: str) -> str:
        """Return the pointer of a member of receipts."""
        return f"{self.at}/{self.name(member)}"


class ResourceView(NamedTuple):
    """
    A message, a configuration or any other resource but a receipt; for the subject resource.

    Attributes:
        body: the resource.
        at: the pointer of the resource; empty unless it is a row of a list.
    """

    body: Mapping[str, Any]
    at: str = ""

    def pointer(self, member: str) -> str:
        """Return the pointer of a member."""
        return f"{self.at}/{member}"


class RequestView(NamedTuple):
    """
    A request to an operation of the contract; for the subject request.

    Attributes:
        operation: the operationId.
        method: the HTTP method, in capitals.
        path: the path parameters by Twilio's names of them, decoded.
        url: the URL with its query.
        parameter_problems: yields what the document finds wrong with the parameters.
        query: the values of each query parameter, decoded.
        form: the decoded values of each field of the body, if the operation takes a form.
        documented: the names of the query parameters and of the fields that the operation has.
        lists: those of them that are lists, whose names a request repeats.
        fields: those of them that only a form can have.
        is_form: False for a body that is certainly no form, though the operation takes one.
        has_body: True if the request has a body with anything in it.
    """

    operation: str
    method: str
    path: Mapping[str, str]
    url: str
    parameter_problems: Callable[[], Iterator[Problem]]
    query: Mapping[str, list[str]] = MappingProxyType({})
    form: Mapping[str, list[str]] = MappingProxyType({})
    documented: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    is_form: bool = True
    fields: tuple[str, ...] = ()
    has_body: bool = False


class ResponseView(NamedTuple):
    """
    The head of a response; for the subject response.

    Attributes:
        status: the HTTP status.
        media_types: the documented media types; None for a status that is not documented.
        content_type: the Content-Type of the response; None if it was not captured.
        is_allowed: True if the content type is among the media types, or none was captured.
        documented: the documented statuses of success.
        retry_after: the header Retry-After; None if the response has none.
    """

    status: int
    media_types: tuple[str, ...] | None
    content_type: str | None
    is_allowed: bool
    documented: tuple[str, ...] = ("200",)
    retry_after: str | None = None

    @property
    def shown_type(self) -> str:
        """Return the Content-Type without parameters, masked unless it is a usual one."""
        media_type = (self.content_type or "").partition(";")[0].strip().lower()
        return public(media_type, _USUAL_TYPES)


class ExchangeView(NamedTuple):
    """
    A request and the body of its successful response; for the subject exchange.

    Attributes:
        kind: the kind of the body: page, receipt, message, configuration; or resource or list for
            those of other operations.
        body: the parsed body, an object.
        request: the request.
    """

    kind: str
    body: dict[str, Any]
    request: RequestView


class ErrorView(NamedTuple):
    """
    The body of an error response and its HTTP status; for the subject error.

    Attributes:
        body: the parsed body.
        status: the HTTP status.
        path: the path parameters of the request, decoded; none if it is unknown.
    """

    body: Any
    status: int
    path: Mapping[str, str] = MappingProxyType({})


class WebhookView(NamedTuple):
    """
    A webhook request; for the subjects webhook request and signed request.

    The latter is any request with Twilio's signature, also one of another event.

    Attributes:
        request: the request.
        repeated: the names of parameters that it has more than once.
        badly_encoded: the names of parameters that are not encoded as a form is.
        auth_token: the auth token that signs it; None if signatures are not judged.
    """

    request: WebhookRequest
    repeated: tuple[str, ...]
    badly_encoded: tuple[str, ...]
    auth_token: str | None


class UncheckedView(NamedTuple):
    """
    Something that was left unchecked; for the subject unchecked.

    Attributes:
        cause: the thing that the contract does not have: an operation, a kind of body, an event; or
            `skipped` for anything else that a caller of the Python API asked for.
        reason: why, where more is known.
    """

    cause: Literal["operation", "body", "event", "skipped"]
    reason: str | None


class RunView(NamedTuple):
    """
    The counts of a run; for the subject run.

    Attributes:
        files: how many files were read.
        judged: how many observations were judged.
    """

    files: int
    judged: int


def meta_of(page: dict[str, Any]) -> dict[str, Any]:
    """Return the meta of a page; empty for one that has none."""
    meta = page.get("meta")
    return meta if isinstance(meta, dict) else {}


def link_of(page: dict[str, Any], name: str) -> str | None:
    """Return a link in the meta of a page; None if it is no text."""
    url = meta_of(page).get(name)
    return url if isinstance(url, str) else None


def rows_of(page: dict[str, Any]) -> list[Any]:
    """Return the rows of a page; empty for one that has no list of them."""
    rows = page.get("delivery_receipts")
    return rows if isinstance(rows, list) else []
