"""The validator: an observation goes in, a result comes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from receiptkit.contract.base_url import BaseUrl
from receiptkit.contract.bodies import (
    NO_RESPONSE,
    NO_SCHEMA,
    BodyValidator,
    is_json_text,
    without_explained,
)
from receiptkit.contract.parameters import request_view
from receiptkit.contract.profile import Profile
from receiptkit.contract.recognition import ERROR, Recognition
from receiptkit.contract.result import Result
from receiptkit.contract.schemas import JSON
from receiptkit.contract.webhook_payload import (
    NO_FORM,
    Payload,
    is_form_request,
    is_without_form,
    payload,
)
from receiptkit.model.exchange import Exchange, NotCaptured, WebhookRequest, text_of
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.openapi.hosts import is_elsewhere, is_of_twilio
from receiptkit.openapi.operation import Media, Operation, Response
from receiptkit.openapi.operations import Operations
from receiptkit.rules import catalogue
from receiptkit.rules.links import kind_of
from receiptkit.rules.signature import unjudged
from receiptkit.rules.signed_request import HEADER
from receiptkit.rules.views import ErrorView, ExchangeView, RequestView, ResponseView, WebhookView
from receiptkit.schema.engine import Engine
from receiptkit.text.json_text import JsonText, read

#: A request among other traffic is taken for a webhook only if it has so many of its parameters.
_LIKE_A_WEBHOOK = 5
#: The rules of parameters that the document does not know, as information and as errors.
_UNKNOWN, _TOO_MANY = "webhook.unknown-parameter", "schema.additional-properties"
#: What is remembered of a deletion, by the kind of the resource.
_DELETIONS = {"message": "deletion", "resources": "removal"}
_SID = regex(r"(?:IS|CH|IM|DY|MB|WH)[0-9A-Za-z]{32}")


class Validator(BodyValidator):
    """Checks exchanges and webhook requests, and bodies by themselves."""

    def __init__(
        self,
        profile: Profile,
        operations: Operations,
        engine: Engine,
        auth_token: str | None,
        base_url: BaseUrl | None = None,
    ) -> None:
        super().__init__(profile, operations, engine)
        #: The token that webhooks must be signed with; None to leave signatures unchecked.
        self.auth_token = auth_token
        self.base_url = base_url or BaseUrl(None)

    # -- exchanges

    def validate_exchange(self, exchange: Exchange) -> Result:
        """Check an exchange."""
        # The URL of a webhook may begin as that of a proxy does.
        received = exchange.request()
        if self.base_url.base is not None:
            exchange = replace(exchange, url=self.base_url.in_url(exchange.url))
        result = self._validate_exchange(exchange, received)
        result.requested = exchange.url or None
        return result

    def _validate_exchange(self, exchange: Exchange, received: WebhookRequest) -> Result:
        resolved = self.operations.resolve(exchange.method, exchange.url)
        if resolved is None:
            return self._validate_other(exchange, received)
        operation, values = resolved
        is_doubtful = is_elsewhere(exchange.url) or (
            operation.kind is None and not is_of_twilio(exchange.url)
        )
        if is_doubtful and not self._resembles(exchange, operation, values):
            return self._validate_other(exchange, received)
        if exchange.status in NO_RESPONSE:
            return Result(operation=operation.id, unchecked=NO_RESPONSE[exchange.status])
        request = self._request_view(exchange, operation, values)
        # After an error the request was refused already.
        problems = list(catalogue.problems("request", request)) if exchange.status < 400 else []
        response = operation.response(exchange.status)
        result = Result(self.profile.findings(problems, operation.id), operation.id)
        if response is None:
            result.findings += self._response_findings(exchange, operation, None, is_allowed=True)
            result.unchecked = "undocumented status"
            return result
        result.unchecked = self._validate_answer(exchange, operation, request, response, result)
        if operation.method == "delete" and exchange.status < 300:
            result.kind = _DELETIONS.get(operation.remembered or "")
            result.body = {"sid": request.path.get("Sid")}
        return result

    def _request_view(
        self, exchange: Exchange, operation: Operation, values: dict[str, str]
    ) -> RequestView:
        source = self.profile.document.provenance
        return request_view(exchange, operation, values, self.schemas.of_parameter, source)

    def _response_findings(
        self,
        exchange: Exchange,
        operation: Operation,
        response: Response | None,
        *,
        is_allowed: bool,
    ) -> list[Finding]:
        types = tuple(response.content) if response is not None else None
        content_type = exchange.header("content-type")
        documented = tuple(status for status in operation.responses if status < "3")
        wait = exchange.header("retry-after")
        view = ResponseView(exchange.status, types, content_type, is_allowed, documented, wait)
        return self.profile.findings(catalogue.problems("response", view), operation.id)

    def _resembles(self, exchange: Exchange, operation: Operation, values: dict[str, str]) -> bool:
        """Return True if an exchange with another host is ours, by SIDs in its path or its body."""
        if any(_SID.fullmatch(value) for value in values.values()):
            return True
        text = text_of(exchange.body)
        body = exchange.body if text is None else read(text).value
        recognition = self.recogniser.recognise(body)
        if operation.kind is not None:
            return recognition.kind == operation.kind
        return recognition.kind == ERROR or recognition.operation is not None

    def _validate_other(self, exchange: Exchange, received: WebhookRequest) -> Result:
        """Check an exchange of no operation: a webhook, if the received request is one."""
        if self._is_webhook(received):
            return self.validate_webhook(received)
        if exchange.method.upper() == "OPTIONS" and self.operations.of_url(exchange.url):
            return Result(unchecked="a CORS preflight")
        if is_without_form(received):
            return self.validate_webhook(received)
        return self._unchecked("operation", "no operation of the contract")

    def _is_webhook(self, request: WebhookRequest) -> bool:
        """Return True if a request is a webhook, or something else that is taken for one."""
        parameters = payload(request).body
        if isinstance(parameters, dict):
            if self.recogniser.has_in_common("webhook", parameters) >= _LIKE_A_WEBHOOK:
                return True
            # JSON with some of the names is a message between two applications.
            if not is_form_request(request):
                return False
            event = parameters.get("EventType")
            if isinstance(event, str) and self.recogniser.is_event(event):
                return True
        return any(catalogue.problems("payload", parameters))

    def _validate_answer(
        self,
        exchange: Exchange,
        operation: Operation,
        request: RequestView,
        response: Response,
        result: Result,
    ) -> str | None:
        """Check media type and body, and add to the result; return why the body was not checked."""
        if isinstance(exchange.body, NotCaptured):
            return exchange.body.reason
        text = text_of(exchange.body)
        is_empty = text is not None and not text.strip()
        if not response.content:
            return None if is_empty else "the document has no body for this response"
        if is_empty and response.may_be_empty:
            return None
        media = self._media(exchange, response, text)
        result.findings += self._response_findings(
            exchange, operation, response, is_allowed=media is not None
        )
        media = media or response.content.get(JSON)
        if media is None:
            return None
        if not isinstance(media.schema, dict) or not media.schema:
            return NO_SCHEMA
        parsed = JsonText(exchange.body) if text is None else read(text)
        if text is not None and (parsed.readable or not result.findings):
            result.findings += self._text_findings(parsed.problems, text)
        if parsed.readable:
            found = self._answer_findings(exchange, operation, media, request, parsed.value, result)
            result.findings += without_explained(parsed.problems, found)
        return None

    def _answer_findings(
        self,
        exchange: Exchange,
        operation: Operation,
        media: Media,
        request: RequestView,
        value: Any,
        result: Result,
    ) -> list[Finding]:
        """Return the findings of a response's body; note the body unless it is an error."""
        body = self.base_url.in_body(value)
        schema = self.schemas.of_answer(media, operation, exchange.status)
        # A request that is wrong itself says nothing about its response.
        is_checked = (
            exchange.status < 300
            and isinstance(body, dict)
            and not any(_is_error(each) for each in result.findings)
        )
        view = ExchangeView(operation.kind or kind_of(body), body, request) if is_checked else None
        error = None
        if exchange.status >= 400:
            error = ErrorView(body, exchange.status, request.path)
        else:
            result.kind, result.body = operation.remembered, body
        return self._findings(
            body, operation, media, result, schema=schema, exchange=view, error=error
        )

    def _media(self, exchange: Exchange, response: Response, text: bytes | None) -> Media | None:
        """Return the media type of a response; None if the operation does not answer with it."""
        content_type = exchange.header("content-type")
        media = response.media(content_type)
        if content_type is None and text is not None and not is_json_text(exchange, text):
            return response.content.get("*/*") or media
        return media

    # -- webhooks

    def validate_webhook(
        self,
        webhook: WebhookRequest,
        operation: str | None = None,
        *,
        carried: Collection[str] | None = None,
    ) -> Result:
        """
        Check a webhook request.

        `carried` names the parameters that its source carries, if that may not carry all.
        """
        found = payload(webhook)
        result = self._validate_payload(webhook, found, operation, carried)
        result.part = found.part
        self._check_signature(webhook, found, result)
        return result

    def _validate_payload(
        self,
        webhook: WebhookRequest,
        found: Payload,
        operation: str | None,
        carried: Collection[str] | None,
    ) -> Result:
        """Check the parameters of a request and how they were sent, but for its signature."""
        if is_without_form(webhook):
            return Result(unchecked=NO_FORM)
        if found.text is not None and not found.readable:
            return Result(self._payload_findings(found))
        foreign = list(catalogue.problems("payload", found.body))
        if foreign:
            return Result(self.profile.findings(foreign))
        recognition = (
            self.recogniser.recognise(found.body)
            if operation is None
            else self._named(operation, found.body)
        )
        event = recognition.operation
        if event is None or event.kind != "webhook":
            return self._no_webhook(found.body, recognition)
        result = self._validate_parameters(found.body, event, carried=carried)
        if result.unchecked is None:
            view = WebhookView(webhook, found.repeated, found.unsound, self.auth_token)
            sent = catalogue.problems("webhook request", view)
            if found.part == "url":
                result.findings = self._of_address(result.findings)
            result.findings = [
                *self._payload_findings(found),
                *without_explained(found.problems, result.findings),
                *self.profile.findings(sent, event.id),
            ]
        if found.left_out:
            result.left_out["members"] += found.left_out
        return result

    def _no_webhook(self, body: Any, recognition: Recognition) -> Result:
        """Return the result of a request whose body is that of a response, or not recognised."""
        looks_like = (
            f"the body of this request looks like a {recognition.kind}, which a response has"
        )
        reason = recognition.reason or looks_like
        if body == {}:
            reason = "a request without parameters"
        if recognition.operation is None:
            return self._unrecognised(body, reason)
        return self._unchecked("body", "unknown body", reason)

    def _of_address(self, findings: list[Finding]) -> list[Finding]:
        """
        Return findings with unknown parameters as information.

        In a URL they may belong to the address that the receiver has configured.
        """
        rule = catalogue.get(_UNKNOWN)
        if rule is None:
            return findings
        unknown = [each.pointer for each in findings if each.rule == _TOO_MANY]
        problems = [
            Problem(pointer, rule.advice, rule=rule.id, severity=rule.severity)
            for pointer in unknown
        ]
        rest = [each for each in findings if each.rule != _TOO_MANY]
        operation = findings[0].operation if findings else None
        return [*rest, *self.profile.findings(problems, operation)]

    def _check_signature(self, webhook: WebhookRequest, found: Payload, result: Result) -> None:
        """
        Check the signature of a request, and add to the result.

        One that is no webhook of ours need not be Twilio's, so that it may lack a signature.
        """
        is_ours = result.kind == "webhook"
        if self.auth_token is None or not (is_ours or webhook.header(HEADER)):
            return
        if found.left_out:
            # It is over every parameter.
            result.signature_unjudged = "more parameters than are checked"
            return
        view = WebhookView(webhook, found.repeated, found.unsound, self.auth_token)
        signed = catalogue.problems("signed request", view)
        result.findings += self.profile.findings(signed, result.operation)
        result.signature_unjudged = unjudged(webhook, self.auth_token) or ""

    def _payload_findings(self, found: Payload) -> list[Finding]:
        return self._text_findings(found.problems, found.text) if found.text is not None else []


def _is_error(finding: Finding) -> bool:
    """Return True if the rule of a finding is an error in the profile `documented`."""
    return catalogue.severity(finding.rule, "documented") is Severity.ERROR
