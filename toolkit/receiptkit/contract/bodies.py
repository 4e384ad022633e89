"""The check of bodies whose request is unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

from receiptkit.contract.body_checks import body_findings
from receiptkit.contract.bounds import NOUNS, bounded
from receiptkit.contract.profile import Profile
from receiptkit.contract.recognition import OTHER, Recogniser, Recognition
from receiptkit.contract.result import Result
from receiptkit.contract.schemas import JSON, Schemas
from receiptkit.model.display import close_matches
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange, NotCaptured, WebhookRequest, text_of
from receiptkit.model.finding import Finding
from receiptkit.model.limits import VARIABLE
from receiptkit.model.problem import Problem
from receiptkit.openapi.known_names import KnownNames
from receiptkit.openapi.operation import Media, Operation
from receiptkit.openapi.operations import Operations
from receiptkit.rules import catalogue
from receiptkit.rules.views import EVENT, ErrorView, ExchangeView, UncheckedView
from receiptkit.schema.engine import BodySchema, Engine
from receiptkit.text.forms import FORM, is_json
from receiptkit.text.json_text import places_in, read

#: Statuses of captures that hold no response of the API, and what they mean.
NO_RESPONSE = {
    0: "no response was captured",
    304: "not modified: the body is in a cache",
    **dict.fromkeys((301, 302, 303, 307, 308), "a redirect"),
}
#: Why a body was not checked.
NO_SCHEMA = "the document has no schema for this body"
EVENT_STREAM = "an event of Event Streams"
_NO_STREAM = "Event Streams has no event of Conversations; onDeliveryUpdated comes by webhook"


class BodyValidator:
    """Checks bodies by the operations, the schemas and the profile that it is given."""

    def __init__(self, profile: Profile, operations: Operations, engine: Engine) -> None:
        self.profile = profile
        self.operations = operations
        self.recogniser = Recogniser(operations, profile.document.content)
        self.schemas = Schemas(operations, engine)

    @cached_property
    def _known(self) -> KnownNames:
        return KnownNames(self.profile.document.content)

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of body that can be recognised."""
        return self.recogniser.kinds

    def validate_body(
        self, body: Any, operation: str | None = None, *, carried: Collection[str] | None = None
    ) -> Result:
        """
        Check a parsed body whose request is unknown.

        `carried` names the members that its source carries, if that may not carry all.
        """
        foreign = list(catalogue.problems("payload", body))
        if foreign:
            return Result(self.profile.findings(foreign))
        recognition = (
            self.recogniser.recognise(body) if operation is None else self._named(operation, body)
        )
        if recognition.kind is None:
            return self._unrecognised(body, recognition.reason)
        found = recognition.operation
        # Errors are the only kind that belongs to no operation.
        if found is None:
            return self._validate_error(body)
        if found.kind == "webhook":
            return self._validate_parameters(body, found, carried=carried)
        response = found.response(200)
        media = response.content.get(JSON) if response else None
        if media is None:
            return Result(operation=found.id, unchecked=NO_SCHEMA)
        result = Result(operation=found.id, kind=found.remembered, body=body)
        result.findings = self._findings(body, found, media, result, carried=carried)
        return result

    def validate_text(self, raw: bytes, operation: str | None = None) -> Result:
        """Check the text of a body whose request is unknown, and the text itself."""
        parsed = read(raw)
        findings = self._text_findings(parsed.problems, raw)
        if not parsed.readable:
            return Result(findings)
        result = self.validate_body(parsed.value, operation)
        result.findings = findings + without_explained(parsed.problems, result.findings)
        return result

    def validate_response(
        self,
        exchange: Exchange,
        operation: str | None = None,
        *,
        carried: Collection[str] | None = None,
    ) -> Result:
        """
        Check a response whose request is unknown.

        `carried` names the members that its source carries, if that may not carry all.
        """
        if exchange.status in NO_RESPONSE:
            return Result(unchecked=NO_RESPONSE[exchange.status])
        if isinstance(exchange.body, NotCaptured):
            return Result(unchecked=exchange.body.reason)
        text = text_of(exchange.body)
        if text is not None and not is_json_text(exchange, text):
            return Result(unchecked="a response that is not JSON, captured without its request")
        result = (
            self.validate_body(exchange.body, operation, carried=carried)
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

    def secrets(self, seen: Exchange | WebhookRequest) -> list[Finding]:
        """Return the findings of credentials in an exchange or a request."""
        return self.profile.findings(catalogue.problems("capture", seen))

    def skipped(self, result: Result) -> list[Finding]:
        """Return the findings for a caller who asked for a check that was not made, or in part."""
        reasons = [
            f"{count:,} {NOUNS[name]} beyond the limit; {VARIABLE}={name}=N allows more"
            for name, count in sorted(result.left_out.items())
        ]
        if result.unchecked is not None and not result.findings:
            reasons.append(result.unchecked)
        views = (UncheckedView("skipped", reason) for reason in reasons)
        problems = (each for view in views for each in catalogue.problems("unchecked", view))
        return self.profile.findings(problems, result.operation)

    def _unrecognised(self, body: Any, reason: str) -> Result:
        """Return the result of a body that is another event, or nothing of the contract."""
        event = body.get("EventType") if isinstance(body, dict) else None
        if isinstance(event, str) and EVENT.fullmatch(event):
            return self._unchecked("event", "a webhook of another event")
        if isinstance(body, dict) and {"specversion", "type"} <= body.keys():
            kind = body["type"]
            if isinstance(kind, str) and kind.startswith("com.twilio."):
                return self._unchecked("body", EVENT_STREAM, _NO_STREAM)
        return self._unchecked("body", "unknown body", reason)

    def _validate_parameters(
        self, body: Any, operation: Operation, *, carried: Collection[str] | None = None
    ) -> Result:
        media = operation.responses["request"].content.get(FORM)
        if media is None:
            return Result(operation=operation.id, unchecked=NO_SCHEMA)
        event = body.get("EventType") if isinstance(body, dict) else None
        properties = self.recogniser.members(media).get("EventType")
        enum = properties.get("enum") if isinstance(properties, dict) else None
        known = [each for each in enum if isinstance(each, str)] if isinstance(enum, list) else []
        if (
            isinstance(event, str)
            and known
            and event not in known
            and event.lower() not in {each.lower() for each in known}
            and not close_matches(event, known, cutoff=0.9)
        ):
            return self._unchecked("event", "a webhook of another event", None, operation.id)
        if isinstance(body, dict):
            body = self._without_blanks(body, media)
        result = Result(operation=operation.id, kind=operation.kind, body=body)
        result.findings = self._findings(body, operation, media, result, carried=carried)
        return result

    def _without_blanks(self, parameters: dict[str, Any], media: Media) -> dict[str, Any]:
        """Return parameters without blank optional ones; a form has no null."""
        if "" not in parameters.values():
            return parameters
        required = self.recogniser.required(media)
        return {
            name: value for name, value in parameters.items() if value != "" or name in required
        }

    def _named(self, name: str, body: Any) -> Recognition:
        if name in self.operations.by_id:
            operation = self.operations.by_id[name]
            return Recognition(operation.kind or OTHER, operation)
        if name in self.kinds:
            return self.recogniser.of_kind(name, body)
        kinds = ", ".join(self.kinds)
        raise UsageError(f"the contract has no operation or kind {name!r}: kinds are {kinds}")

    def _validate_error(self, body: Any) -> Result:
        stated = body.get("status") if isinstance(body, dict) else None
        status = stated if isinstance(stated, int) and stated // 100 in (4, 5) else 400
        for operation in self.operations.with_kind:
            response = operation.response(status)
            if response is not None and JSON in response.content:
                media = response.content[JSON]
                result = Result()
                about = ErrorView(body, status) if status == stated else None
                findings = self._findings(body, operation, media, result, error=about)
                result.findings = [replace(each, operation=None) for each in findings]
                return result
        return Result(unchecked="the document has no schema for errors")

    def _findings(
        self,
        body: Any,
        operation: Operation,
        media: Media,
        result: Result,
        *,
        schema: BodySchema | None = None,
        exchange: ExchangeView | None = None,
        error: ErrorView | None = None,
        carried: Collection[str] | None = None,
    ) -> list[Finding]:
        """Return the findings of a body; count in the result what is beyond the limits."""
        body, left_out = bounded(body, self._known)
        if left_out:
            result.left_out += left_out
        return body_findings(
            body,
            operation,
            media,
            schema or self.schemas.of_media(media),
            self.profile,
            exchange=exchange,
            error=error,
            receipt_schema=self.schemas.of_webhook_receipt if operation.kind == "webhook" else None,
            carried=carried,
        )

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


def without_explained(problems: Iterable[Problem], findings: list[Finding]) -> list[Finding]:
    """Return the findings without those about a value that a problem of the text explains."""
    explained = {each.pointer for each in problems if each.rule == "json.not-finite"}
    return [finding for finding in findings if finding.pointer not in explained]


def is_json_text(exchange: Exchange, text: bytes) -> bool:
    """Return True for JSON, by the Content-Type or else by the first character."""
    content_type = exchange.header("content-type")
    if content_type is not None:
        return "json" in content_type.lower()
    return is_json(text.decode("utf-8", "replace"))
