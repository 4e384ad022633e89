"""The validator: an observation goes in, a result comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from receiptkit.contract.base_url import BaseUrl
from receiptkit.contract.body_checks import body_findings
from receiptkit.contract.parameters import request_view
from receiptkit.contract.profile import Profile
from receiptkit.contract.recognition import Recogniser, Recognition
from receiptkit.contract.result import Result
from receiptkit.contract.rows import first_rows
from receiptkit.contract.webhook_payload import Payload, payload
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange, NotCaptured, WebhookRequest, text_of
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.problem import Problem
from receiptkit.openapi.operations import (
    Media,
    Operation,
    Operations,
    Parameter,
    Response,
    ResponseKey,
    is_elsewhere,
)
from receiptkit.rules import catalogue
from receiptkit.rules.signed_request import unjudged_reason
from receiptkit.rules.views import (
    EVENT,
    ErrorView,
    ExchangeView,
    RequestView,
    ResponseView,
    UncheckedView,
    WebhookView,
)
from receiptkit.schema.engine import BodySchema, Engine
from receiptkit.text.forms import FORM, is_json
from receiptkit.text.json_text import places_in, read

_JSON = "application/json"
#: A request among other traffic is taken for a webhook only if it has so many of its parameters.
_LIKE_A_WEBHOOK = 5
_SID = re.compile(r"(?:IS|CH|IM|DY)[0-9A-Za-z]{32}")
#: Statuses of captures that hold no response of the API, and what they mean.
_NO_RESPONSE = {
    0: "no response was captured",
    304: "not modified: the body is in a cache",
    **dict.fromkeys((301, 302, 303, 307, 308), "a redirect"),
}


class Validator:
    """Checks observations by the operations, the schemas and the profile that it is given."""

    def __init__(
        self,
        profile: Profile,
        operations: Operations,
        engine: Engine,
        auth_token: str | None,
        base_url: BaseUrl | None = None,
    ) -> None:
        self.profile = profile
        #: The token that webhooks must be signed with; None to leave signatures unchecked.
        self.auth_token = auth_token
        self.base_url = base_url or BaseUrl(None)
        self.operations = operations
        self.recogniser = Recogniser(operations, profile.document.content)
        self._engine = engine
        self._schemas: dict[tuple[str, ...], BodySchema] = {}

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of body that can be recognised."""
        return self.recogniser.kinds

    # -- bodies

    def validate_body(self, body: Any, operation: str | None = None) -> Result:
        """Check a parsed body whose request is unknown."""
        foreign = list(catalogue.problems("payload", body))
        if foreign:
            return Result(self.profile.findings(foreign))
        recognition = (
            self.recogniser.recognise(body) if operation is None else self._named(operation, body)
        )
        if recognition.kind is None:
            return self._unrecognised(body, recognition.reason)
        found = recognition.operation
        # Of all kinds, errors alone belong to no operation.
        if found is None:
            return self._validate_error(body)
        if found.kind == "webhook":
            return self._validate_parameters(body, found)
        response = found.response(200)
        media = response.content.get(_JSON) if response else None
        if media is None:
            return Result(operation=found.id, unchecked="the document describes no such body")
        return Result(self._findings(body, found, media), found.id, kind=found.kind, body=body)

    def validate_text(self, raw: bytes, operation: str | None = None) -> Result:
        """Check the text of a body whose request is unknown, and the text itself."""
        parsed = read(raw)
        findings = self._text_findings(parsed.problems, raw)
        if not parsed.readable:
            return Result(findings)
        result = self.validate_body(parsed.value, operation)
        result.findings = findings + without_explained(parsed.problems, result.findings)
        return result

    def validate_response(self, exchange: Exchange, operation: str | None = None) -> Result:
        """Check a response whose request is unknown."""
        if exchange.status in _NO_RESPONSE:
            return Result(unchecked=_NO_RESPONSE[exchange.status])
        if isinstance(exchange.body, NotCaptured):
            return Result(unchecked=exchange.body.reason)
        text = text_of(exchange.body)
        if text is not None and not _is_json(exchange, text):
            return Result(unchecked="an answer that is no JSON, to a request that nobody knows")
        result = (
            self.validate_body(exchange.body, operation)
            if text is None
            else self.validate_text(text, operation)
        )
        if exchange.status >= 400:
            result.kind = None
            if result.unchecked is None:
                body = exchange.body if text is None else read(text).value
                problems = catalogue.problems("error", ErrorView(body, exchange.status))
                known = {(each.rule, each.pointer) for each in result.findings}
                result.findings = result.findings + [
                    each
                    for each in self.profile.findings(problems)
                    if (each.rule, each.pointer) not in known
                ]
        return result

    # -- exchanges

    def validate_exchange(self, exchange: Exchange) -> Result:
        """Check an exchange."""
        if self.base_url.base is not None:
            exchange = replace(exchange, url=self.base_url.in_url(exchange.url))
        result = self._validate_exchange(exchange)
        result.requested = exchange.url or None
        return result

    def _validate_exchange(self, exchange: Exchange) -> Result:
        resolved = self.operations.resolve(exchange.method, exchange.url)
        if resolved is None:
            return self._validate_other(exchange)
        operation, values = resolved
        if is_elsewhere(exchange.url) and not self._resembles(exchange, operation, values):
            return self._validate_other(exchange)
        if exchange.status in _NO_RESPONSE:
            return Result(operation=operation.id, unchecked=_NO_RESPONSE[exchange.status])
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
        return result

    def _request_view(
        self, exchange: Exchange, operation: Operation, values: dict[str, str]
    ) -> RequestView:
        source = self.profile.document.provenance
        return request_view(exchange, operation, values, self._parameter_schema, source)

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
        view = ResponseView(exchange.status, types, content_type, is_allowed)
        return self.profile.findings(catalogue.problems("response", view), operation.id)

    def _resembles(self, exchange: Exchange, operation: Operation, values: dict[str, str]) -> bool:
        """Return True if an exchange with another host is ours all the same, by the SIDs in its path or by its body."""
        if any(_SID.fullmatch(value) for value in values.values()):
            return True
        text = text_of(exchange.body)
        body = exchange.body if text is None else read(text).value
        return operation.kind is not None and self.recogniser.recognise(body).kind == operation.kind

    def _validate_other(self, exchange: Exchange) -> Result:
        """Check an exchange of no operation: a webhook, if its request is one."""
        webhook = exchange.request()
        parameters = payload(webhook).body
        if (
            isinstance(parameters, dict)
            and self.recogniser.has_in_common("webhook", parameters) >= _LIKE_A_WEBHOOK
        ):
            return self.validate_webhook(webhook)
        if exchange.method.upper() == "OPTIONS" and self.operations.of_url(exchange.url):
            return Result(unchecked="a CORS preflight")
        return self._unchecked("operation", "no operation of the contract")

    def _validate_answer(
        self,
        exchange: Exchange,
        operation: Operation,
        request: RequestView,
        response: Response,
        result: Result,
    ) -> str | None:
        """Check media type and body, and add to the result; return why the body was not checked."""
        findings = result.findings
        if isinstance(exchange.body, NotCaptured):
            return exchange.body.reason
        if not response.content:
            return "the document describes no body"
        text = text_of(exchange.body)
        if text is not None and not text.strip() and response.may_be_empty:
            return None
        media = self._media(exchange, response, text)
        findings += self._response_findings(
            exchange, operation, response, is_allowed=media is not None
        )
        media = media or response.content.get(_JSON)
        if media is None:
            return None
        if not isinstance(media.schema, dict) or not media.schema:
            return "the document says nothing of such a body"
        body = exchange.body
        problems: tuple[Problem, ...] = ()
        if text is not None:
            body, problems, readable = read(text)
            if readable or not findings:
                findings += self._text_findings(problems, text)
            if not readable:
                return None
        body = self.base_url.in_body(body)
        key = ResponseKey(operation, exchange.status, media.place[-2])
        schema = self._engine.answered(self._schema_of(media), key)
        # A request that is wrong itself says nothing about its response.
        is_checked = (
            exchange.status == 200
            and isinstance(body, dict)
            and not any(_is_error(each) for each in findings)
        )
        view = ExchangeView(operation.kind or "", body, request) if is_checked else None
        found = self._findings(body, operation, media, schema=schema, exchange=view)
        findings += without_explained(problems, found)
        if exchange.status >= 400:
            view_of_error = ErrorView(body, exchange.status)
            findings += self.profile.findings(
                catalogue.problems("error", view_of_error), operation.id
            )
        else:
            result.kind, result.body = operation.kind, body
        return None

    def _media(self, exchange: Exchange, response: Response, text: bytes | None) -> Media | None:
        """Return the media type of a response; None if the operation does not answer with it."""
        content_type = exchange.header("content-type")
        media = response.media(content_type)
        if content_type is None and text is not None and not _is_json(exchange, text):
            return response.content.get("*/*") or media
        return media

    # -- webhooks

    def validate_webhook(self, webhook: WebhookRequest, operation: str | None = None) -> Result:
        """Check a webhook request."""
        found = payload(webhook)
        if found.text is not None and not found.readable:
            return Result(self._payload_findings(found), part=found.part)
        foreign = list(catalogue.problems("payload", found.body))
        if foreign:
            return Result(self.profile.findings(foreign), part=found.part)
        recognition = (
            self.recogniser.recognise(found.body)
            if operation is None
            else self._named(operation, found.body)
        )
        of_event = recognition.operation
        if of_event is None or of_event.kind != "webhook":
            reason = (
                recognition.reason
                or f"the body of this request looks like a {recognition.kind}, which a response has"
            )
            reason = reason if found.body != {} else "a request without parameters"
            result = (
                self._unrecognised(found.body, reason)
                if of_event is None
                else self._unchecked("body", "unknown body", reason)
            )
        else:
            result = self._validate_parameters(found.body, of_event)
            if result.unchecked is None:
                view = WebhookView(webhook, found.repeated, found.unsound, self.auth_token)
                sent = catalogue.problems("webhook request", view)
                result.findings = [
                    *self._payload_findings(found),
                    *without_explained(found.problems, result.findings),
                    *self.profile.findings(sent, of_event.id),
                ]
                if self.auth_token is not None:
                    result.signature_unjudged = unjudged_reason(webhook)
        result.part = found.part
        return result

    def _payload_findings(self, found: Payload) -> list[Finding]:
        return self._text_findings(found.problems, found.text) if found.text is not None else []

    def _unrecognised(self, body: Any, reason: str) -> Result:
        """Return the result of a body that is none of the contract's: another event, or anything else."""
        event = body.get("EventType") if isinstance(body, dict) else None
        if isinstance(event, str) and EVENT.fullmatch(event):
            return self._unchecked("event", "a webhook of another event")
        return self._unchecked("body", "unknown body", reason)

    def _validate_parameters(self, body: Any, operation: Operation) -> Result:
        media = operation.responses["request"].content.get(FORM)
        if media is None:
            return Result(operation=operation.id, unchecked="the document describes no such body")
        event = body.get("EventType") if isinstance(body, dict) else None
        properties = self.recogniser.members(media).get("EventType")
        enum = properties.get("enum") if isinstance(properties, dict) else None
        known = [each for each in enum if isinstance(each, str)] if isinstance(enum, list) else []
        if (
            isinstance(event, str)
            and known
            and event.lower() not in {each.lower() for each in known}
            and not get_close_matches(event, known, cutoff=0.9)
        ):
            return self._unchecked("event", "a webhook of another event", None, operation.id)
        if isinstance(body, dict):
            body = self._without_blanks(body, media)
        found = self._findings(body, operation, media)
        return Result(found, operation.id, kind=operation.kind, body=body)

    def _without_blanks(self, parameters: dict[str, Any], media: Media) -> dict[str, Any]:
        """Return parameters without those that are blank and need not be there: a form has no null."""
        if "" not in parameters.values():
            return parameters
        required = self.recogniser.required(media)
        return {
            name: value for name, value in parameters.items() if value != "" or name in required
        }

    # -- requests

    def secrets(self, seen: Exchange | WebhookRequest) -> list[Finding]:
        """Return the findings of credentials in an exchange or a request."""
        return self.profile.findings(catalogue.problems("capture", seen))

    # -- schemas

    def body_schema(self, operation: Operation, status: int) -> BodySchema:
        """
        Return the compiled schema of a JSON response of an operation.

        Raises:
            UsageError: the document describes none.
        """
        response = operation.response(status)
        if response is None or _JSON not in response.content:
            raise UsageError(f"{operation.id} describes no JSON answer {status}")
        return self._schema_of(response.content[_JSON])

    def compile(self) -> None:
        """Compile the schemas of all bodies and parameters."""
        for operation in self.operations.all:
            for response in operation.responses.values():
                for media in response.content.values():
                    self._schema_of(media).violations(None)
            for parameter in operation.parameters:
                self._parameter_schema(operation, parameter).violations(None)

    def _parameter_schema(self, operation: Operation, parameter: Parameter) -> BodySchema:
        place = (operation.id, parameter.location, parameter.name)
        return self._compiled(place, parameter.schema)

    def _schema_of(self, media: Media) -> BodySchema:
        return self._compiled(media.place, media.schema)

    def _compiled(self, place: tuple[str, ...], schema: Any) -> BodySchema:
        compiled = self._schemas.get(place)
        if compiled is None:
            compiled = self._schemas[place] = self._engine.body(schema)
        return compiled

    # -- findings

    def _named(self, name: str, body: Any) -> Recognition:
        if name in self.operations.by_id:
            operation = self.operations.by_id[name]
            return Recognition(operation.kind or "resource of another operation", operation)
        if name in self.kinds:
            return self.recogniser.of_kind(name, body)
        kinds = ", ".join(self.kinds)
        raise UsageError(f"the contract has no operation or kind {name!r}: kinds are {kinds}")

    def _validate_error(self, body: Any) -> Result:
        stated = body.get("status") if isinstance(body, dict) else None
        status = stated if isinstance(stated, int) and stated // 100 in (4, 5) else 400
        for operation in self.operations.all:
            response = operation.response(status) if operation.kind else None
            if response is not None and _JSON in response.content:
                media = response.content[_JSON]
                found = self._findings(body, operation, media, is_named=False)
                about = ErrorView(body, status) if status == stated else None
                problems = catalogue.problems("error", about) if about is not None else ()
                return Result(found + self.profile.findings(problems))
        return Result(unchecked="the document describes no errors")

    def _findings(
        self,
        body: Any,
        operation: Operation,
        media: Media,
        *,
        schema: BodySchema | None = None,
        exchange: ExchangeView | None = None,
        is_named: bool = True,
    ) -> list[Finding]:
        return body_findings(
            first_rows(body) if operation.kind == "page" else body,
            operation,
            media,
            schema or self._schema_of(media),
            self.profile,
            exchange=exchange,
            receipt_schema=self._receipt_schema if operation.kind == "webhook" else None,
            is_named=is_named,
        )

    @cached_property
    def _receipt_schema(self) -> BodySchema | None:
        """The compiled schema of a receipt; None if the document has none."""
        for operation in self.operations.all:
            response = operation.response(200) if operation.kind == "receipt" else None
            if response is not None and _JSON in response.content:
                return self._schema_of(response.content[_JSON])
        return None

    def _text_findings(self, problems: Iterable[Problem], raw: bytes) -> list[Finding]:
        found = list(problems)
        return self.profile.text_findings(found, places_in(raw)) if found else []

    def _unchecked(
        self,
        cause: Literal["operation", "body", "event", "skipped"],
        unchecked: str,
        reason: str | None = None,
        operation: str | None = None,
    ) -> Result:
        problems = catalogue.problems("unchecked", UncheckedView(cause, reason))
        return Result(self.profile.findings(problems, operation), operation, unchecked)

    def skipped(self, result: Result) -> list[Finding]:
        """Return the finding for a caller who asked for a check that could not be made."""
        view = UncheckedView("skipped", result.unchecked)
        return self.profile.findings(catalogue.problems("unchecked", view), result.operation)


def without_explained(problems: Iterable[Problem], findings: list[Finding]) -> list[Finding]:
    """Return the findings without those about a value that a problem of the text explains."""
    explained = {each.pointer for each in problems if each.rule == "json.not-finite"}
    return [finding for finding in findings if finding.pointer not in explained]


def _is_error(finding: Finding) -> bool:
    """Return True if the rule of a finding is an error in the profile `documented`."""
    return catalogue.severity(finding.rule, "documented") is Severity.ERROR


def _is_json(exchange: Exchange, text: bytes) -> bool:
    """Return True for JSON by its Content-Type, or by its first character where that was not captured."""
    content_type = exchange.header("content-type")
    if content_type is not None:
        return "json" in content_type.lower()
    return is_json(text.decode("utf-8", "replace"))
