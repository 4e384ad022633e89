"""The judge: an observation goes in, a verdict comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from receiptkit.contract.body_checks import (
    NO_EVENTS,
    body_problems,
    request_problems,
    said_by_title,
    standing,
)
from receiptkit.contract.parameters import parameter_problems
from receiptkit.contract.profile import Profile
from receiptkit.contract.recognition import Recogniser, Recognition
from receiptkit.contract.webhook_payload import Payload, payload
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange, NotCaptured, Part, WebhookRequest, text_of
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
from receiptkit.rules.body_checks import in_order
from receiptkit.rules.capture import secrets
from receiptkit.rules.exchange import status_mismatch
from receiptkit.rules.receipt import ROWS
from receiptkit.rules.request import RequestContext
from receiptkit.rules.webhook import is_event_stream, sending_problems
from receiptkit.schema.engine import BodySchema, Engine
from receiptkit.text.forms import FORM, is_json
from receiptkit.text.json_text import MAX_DEPTH, is_shallow, places_in, read, read_all

_JSON = "application/json"
#: A request among other traffic is taken for a webhook only if it has so many of its parameters.
_LIKE_A_WEBHOOK = 5
#: Statuses that a capture has where the API answered nothing, and what they mean.
_SID = re.compile(r"(?:IS|CH|IM|DY)[0-9A-Za-z]{32}")
_NO_ANSWER = {
    0: "no response was captured",
    304: "not modified: the body is in a cache",
    **dict.fromkeys((301, 302, 303, 307, 308), "a redirect"),
}


class Result:
    """
    What became of one observation.

    Attributes:
        findings: what was found, their origins not yet known.
        operation: the operationId it was judged as, if one was found.
        unchecked: why the body was not judged; None if it was.
        part: what the pointers of the findings lead into.
        kind, body: what was judged: a page, a receipt …, parsed. None where it was nothing of the contract's, or an error.
    """

    __slots__ = ("body", "findings", "kind", "operation", "part", "unchecked")

    def __init__(
        self,
        findings: list[Finding] | None = None,
        operation: str | None = None,
        unchecked: str | None = None,
        part: Part = "response",
        kind: str | None = None,
        body: Any = None,
    ) -> None:
        self.findings = [] if findings is None else findings
        self.operation = operation
        self.unchecked = unchecked
        self.part: Part = part
        self.kind = kind
        self.body = body


class Validator:
    """Judges by the operations, the schemas and the profile it is given."""

    def __init__(
        self, profile: Profile, operations: Operations, engine: Engine, auth_token: str | None
    ) -> None:
        self.profile = profile
        #: Where it is known, the signatures of webhooks are judged.
        self.auth_token = auth_token
        self.operations = operations
        self.recogniser = Recogniser(operations, profile.document.content)
        self._engine = engine
        self._bodies: dict[tuple[str, ...], BodySchema] = {}

    @property
    def kinds(self) -> list[str]:
        """The kinds of body that can be told apart."""
        return self.recogniser.kinds

    # -- bodies

    def body(self, body: Any, operation: str | None = None) -> Result:
        """Judge a parsed body whose request is unknown."""
        if is_event_stream(body):
            return Result(self.profile.of_problems([said_by_title("webhook.event-stream")], None))
        recognition = (
            self.recogniser.recognise(body) if operation is None else self._named(operation, body)
        )
        if recognition.kind is None:
            return self._left("body.unknown-kind", "unknown body", recognition.reason, None)
        found = recognition.operation
        # Of all kinds, errors alone are no operation's.
        if found is None:
            return self._judge_error(body)
        if found.kind == "webhook":
            return self._judge_webhook(body, found)
        response = found.response(200)
        media = response.content.get(_JSON) if response else None
        if response is None or media is None:
            return Result(operation=found.id, unchecked="the document describes no such body")
        return Result(self._body_findings(body, found, media), found.id, kind=found.kind, body=body)

    def conforming(self, texts: list[bytes]) -> tuple[str, list[list[Any]]] | None:
        """
        The kind and the bodies of texts that are of one operation and surely have no finding: all of them judged at once, and put in
        lists as `rules.in_order` does. None says nothing.

        An operation is only recognised here after a body like it has been judged by itself.
        """
        bodies = read_all(texts) or [None]
        kind = self.recogniser.kind_of_names(bodies[0])
        lists = in_order(kind, bodies) if kind else None
        if kind is None or lists is None:
            return None
        # What the first of a list is of, all of it are: their URLs differ in the SID alone.
        operation = self.recogniser.common([each[0] for each in lists])
        response = operation.response(200) if operation else None
        media = response.content.get(_JSON) if response else None
        if media is None:
            return None
        many = self._schema_of(media).for_many(ROWS if kind == "page" else None)
        if not many.accepts(lists) or (many.depth > MAX_DEPTH and not all(map(is_shallow, texts))):
            return None
        if not many.names_all and len(set(map(tuple, bodies))) > 1:
            return None
        return kind, lists

    def text(self, raw: bytes, operation: str | None = None) -> Result:
        """Judge the text of a body whose request is unknown, and its own defects with it."""
        parsed = read(raw)
        findings = (
            self.profile.of_text_problems(parsed.problems, places_in(raw))
            if parsed.problems
            else []
        )
        if not parsed.readable:
            return Result(findings)
        verdict = self.body(parsed.value, operation)
        verdict.findings = findings + beside(parsed.problems, verdict.findings)
        return verdict

    def answer(self, answer: Exchange, operation: str | None = None) -> Result:
        """Judge a response whose request is unknown."""
        if answer.status in _NO_ANSWER:
            return Result(unchecked=_NO_ANSWER[answer.status])
        if isinstance(answer.body, NotCaptured):
            return Result(unchecked=answer.body.reason)
        text = text_of(answer.body)
        if text is not None and not _is_json(answer, text):
            return Result(unchecked="an answer that is no JSON, to a request that nobody knows")
        verdict = self.body(answer.body, operation) if text is None else self.text(text, operation)
        if answer.status >= 400:
            verdict.kind = None
        if answer.status >= 400 and verdict.unchecked is None:
            body = answer.body if text is None else read(text).value
            verdict.findings = verdict.findings + self.profile.of_problems(
                status_mismatch(body, answer.status), None
            )
        return verdict

    # -- exchanges

    def exchange(self, exchange: Exchange) -> Result:
        """Judge an exchange."""
        resolved = self.operations.resolve(exchange.method, exchange.url)
        if resolved is None:
            return self._judge_other(exchange)
        operation, values = resolved
        if is_elsewhere(exchange.url) and not self._resembles(exchange, operation, values):
            return self._judge_other(exchange)
        if exchange.status in _NO_ANSWER:
            return Result(operation=operation.id, unchecked=_NO_ANSWER[exchange.status])
        problems: list[Problem] = []
        if exchange.status < 400:
            source = self.profile.document.provenance
            problems = parameter_problems(
                operation, values, exchange.url, self._parameter_schema, source
            )
        response = operation.response(exchange.status)
        if response is None:
            problems.append(
                Problem(
                    "",
                    "the operation documents no such status",
                    rule="http.undocumented-status",
                    value=exchange.status,
                )
            )
            findings = self.profile.of_problems(problems, operation.id)
            return Result(findings, operation.id, "undocumented status")
        verdict = Result(self.profile.of_problems(problems, operation.id), operation.id)
        verdict.unchecked = self._judge_response(exchange, operation, values, response, verdict)
        return verdict

    def _resembles(self, exchange: Exchange, operation: Operation, values: dict[str, str]) -> bool:
        """Whether an exchange with somebody else's host is one of ours all the same: a mock's, by the SIDs in its path, or by its body."""
        if any(_SID.fullmatch(value) for value in values.values()):
            return True
        text = text_of(exchange.body)
        body = exchange.body if text is None else read(text).value
        return operation.kind is not None and self.recogniser.recognise(body).kind == operation.kind

    def _judge_other(self, exchange: Exchange) -> Result:
        """Judge an exchange of no operation: a webhook, if its request is one."""
        delivery = exchange.request()
        said = payload(delivery).body
        if (
            isinstance(said, dict)
            and self.recogniser.has_in_common("webhook", said) >= _LIKE_A_WEBHOOK
        ):
            return self.delivery(delivery)
        preflight = exchange.method.upper() == "OPTIONS" and self.operations.of_url(exchange.url)
        if preflight:
            return Result(unchecked="a CORS preflight")
        return self._left("http.unknown-operation", "no operation of the contract", None, None)

    def _judge_response(
        self,
        exchange: Exchange,
        operation: Operation,
        values: dict[str, str],
        response: Response,
        verdict: Result,
    ) -> str | None:
        """Judge media type and body, add to the verdict; return why the body was not judged, if it was not."""
        findings = verdict.findings
        if isinstance(exchange.body, NotCaptured):
            return exchange.body.reason
        if not response.content:
            return "the document describes no body"
        text = text_of(exchange.body)
        if text is not None and not text.strip() and response.may_be_empty:
            return None
        said = exchange.header("content-type")
        media = response.media(said)
        if said is None and text is not None and not _is_json(exchange, text):
            media = response.content.get("*/*") or media
        if media is None:
            findings += self.profile.of_problems([_wrong_media_type(response, said)], operation.id)
            media = response.content.get(_JSON)
        if media is None:
            return None
        if not isinstance(media.schema, dict) or not media.schema:
            return "the document says nothing of such a body"
        body = exchange.body
        problems: tuple[Problem, ...] = ()
        if text is not None:
            body, problems, readable = read(text)
            if problems and (readable or not findings):
                findings += self.profile.of_text_problems(problems, places_in(text))
            if not readable:
                return None
        schema = self._engine.answered(
            self._schema_of(media), ResponseKey(operation, exchange.status, media.place[-2])
        )
        # Where the request itself is wrong, nothing can be told of what it asked for.
        asked = (
            _asked(operation, values, exchange) if exchange.status == 200 and not findings else None
        )
        findings += beside(
            problems, self._body_findings(body, operation, media, schema, asked=asked)
        )
        if exchange.status >= 400:
            findings += self.profile.of_problems(
                status_mismatch(body, exchange.status), operation.id
            )
        else:
            verdict.kind, verdict.body = operation.kind, body
        return None

    # -- deliveries

    def delivery(self, delivery: WebhookRequest, operation: str | None = None) -> Result:
        """Judge a webhook request."""
        said = payload(delivery)
        if said.text is not None and not said.readable:
            return Result(self._payload_findings(said), part=said.part)
        for rule, is_one in NO_EVENTS.items():
            if isinstance(said.body, dict) and is_one(said.body):
                return Result(self.profile.of_problems([said_by_title(rule)], None), part=said.part)
        recognition = (
            self.recogniser.recognise(said.body)
            if operation is None
            else self._named(operation, said.body)
        )
        found = recognition.operation
        if found is None or found.kind != "webhook":
            reason = (
                recognition.reason
                or f"the body of this request looks like a {recognition.kind}, which a response has"
            )
            reason = reason if said.body != {} else "a request without parameters"
            verdict = self._left("body.unknown-kind", "unknown body", reason, None)
        else:
            verdict = self._judge_webhook(said.body, found)
            if verdict.unchecked is None:
                sent = self.profile.of_problems(
                    sending_problems(said.repeated, said.unsound), found.id
                )
                signed = self._signature_findings(delivery, found.id)
                verdict.findings = [
                    *self._payload_findings(said),
                    *beside(said.problems, verdict.findings),
                    *sent,
                    *signed,
                ]
        verdict.part = said.part
        return verdict

    def _signature_findings(self, delivery: WebhookRequest, operation: str) -> list[Finding]:
        if self.auth_token is None:
            return []
        from receiptkit.rules.signature import signature_problems

        return self.profile.of_problems(signature_problems(delivery, self.auth_token), operation)

    def _payload_findings(self, said: Payload) -> list[Finding]:
        return (
            self.profile.of_text_problems(said.problems, places_in(said.text))
            if said.problems and said.text is not None
            else []
        )

    def _judge_webhook(self, body: Any, operation: Operation) -> Result:
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
            and event not in known
            and not get_close_matches(event, known, cutoff=0.9)
        ):
            return self._left(
                "webhook.other-event", "a webhook of another event", None, operation.id
            )
        return Result(
            self._body_findings(body, operation, media),
            operation.id,
            kind=operation.kind,
            body=body,
        )

    # -- requests

    def secrets(self, seen: Exchange | WebhookRequest) -> list[Finding]:
        """What gives the account away."""
        return self.profile.of_problems(secrets(seen), None)

    # -- schemas

    def body_schema(self, operation: Operation, status: int) -> BodySchema:
        """The compiled schema of a JSON answer of an operation; raises `UsageError` if the document describes none."""
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
        return self._compiled((operation.id, parameter.location, parameter.name), parameter.schema)

    def _schema_of(self, media: Media) -> BodySchema:
        return self._compiled(media.place, media.schema)

    def _compiled(self, place: tuple[str, ...], schema: Any) -> BodySchema:
        compiled = self._bodies.get(place)
        if compiled is None:
            compiled = self._bodies[place] = self._engine.body(schema)
        return compiled

    # -- what a body is, and what is wrong with it

    def _named(self, name: str, body: Any) -> Recognition:
        if name in self.operations.by_id:
            operation = self.operations.by_id[name]
            return Recognition(operation.kind or "resource of another operation", operation)
        if name in self.kinds:
            return self.recogniser.of_kind(name, body)
        raise UsageError(
            f"the contract has no operation or kind {name!r}: kinds are {', '.join(self.kinds)}"
        )

    def _judge_error(self, body: Any) -> Result:
        said = body.get("status") if isinstance(body, dict) else None
        status = said if isinstance(said, int) and said // 100 in (4, 5) else 400
        for operation in self.operations.all:
            response = operation.response(status) if operation.kind else None
            if response is not None and _JSON in response.content:
                return Result(
                    self._body_findings(body, operation, response.content[_JSON], named=False)
                )
        return Result(unchecked="the document describes no errors")

    def _body_findings(
        self,
        body: Any,
        operation: Operation,
        media: Media,
        schema: BodySchema | None = None,
        *,
        named: bool = True,
        asked: RequestContext | None = None,
    ) -> list[Finding]:
        name = operation.id if named else None
        schema = schema or self._schema_of(media)
        kind = operation.kind or ""
        # Almost every page is in order, and then its rows have much in common that is looked at once.
        lists = in_order(kind, [body]) if kind == "page" else None
        if not isinstance(body, dict):
            problems = []
        elif lists is None:
            problems = list(body_problems(body, kind, asked))
        else:
            problems = list(request_problems(body, kind, asked))
        is_clean = (lists is not None and schema.for_many(ROWS).accepts(lists)) or schema.is_clean(
            body
        )
        violations = [] if is_clean else schema.violations(body)
        misnamed = {problem.instead for problem in problems if problem.instead is not None}
        if misnamed:
            violations = [
                each
                for each in violations
                if each.keyword != "required" or each.name not in misnamed
            ]
        # What has none needs no words for them, which take their time to be loaded.
        findings = self.profile.of_violations(violations, name, media) if violations else []
        if problems:
            taken = {finding.pointer for finding in findings if finding.severity is Severity.ERROR}
            left = (
                problem
                for problem in problems
                if taken.isdisjoint((problem.pointer, *problem.reads))
            )
            findings += self.profile.of_problems(left, name)
            findings = standing(findings)
        return findings

    def _left(self, rule: str, unchecked: str, reason: str | None, operation: str | None) -> Result:
        text = catalogue.find(rule).title + (f" ({reason})" if reason else "")
        return Result(
            self.profile.of_problems([Problem("", text, rule=rule)], operation),
            operation,
            unchecked,
        )


def beside(problems: Iterable[Problem], findings: list[Finding]) -> list[Finding]:
    """The findings that are not about a value which a defect of the text already explains."""
    explained = {problem.pointer for problem in problems if problem.rule == "json.not-finite"}
    return [finding for finding in findings if finding.pointer not in explained]


def _asked(operation: Operation, values: dict[str, str], exchange: Exchange) -> RequestContext:
    return RequestContext(
        {role: values[name] for name, role in operation.roles.items()}, exchange.url
    )


def _is_json(answer: Exchange, text: bytes) -> bool:
    """Whether an answer is meant to be JSON: by its Content-Type, or by how it begins where that was not captured."""
    said = answer.header("content-type")
    return "json" in said.lower() if said is not None else is_json(text.decode("utf-8", "replace"))


def _wrong_media_type(response: Response, content_type: str | None) -> Problem:
    wanted = " or ".join(response.content)
    return Problem(
        "",
        f"the response is not {wanted}, as its Content-Type says",
        rule="http.media-type",
        value=content_type,
    )
