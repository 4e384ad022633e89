"""The contract: what a conforming response looks like, and what is wrong with one that does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from receiptkit.contract import document as documents
from receiptkit.contract.document import Document
from receiptkit.contract.engine import BodySchema, Engine, Violation
from receiptkit.contract.operations import Media, Operation, Operations, Parameter, Response
from receiptkit.contract.parameters import parameter_breaches
from receiptkit.contract.recognition import ERROR, Recogniser, Recognition
from receiptkit.errors import UsageError
from receiptkit.findings import Finding, Origin, Severity
from receiptkit.jsontext import Defect, decode, read, read_all
from receiptkit.observations import NOT_CAPTURED, Exchange
from receiptkit.rules import RECORD_CHECKS, Breach, catalogue
from receiptkit.rules.exchange import status_mismatch

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


class Verdict:
    """
    What became of one observation.

    Attributes:
        findings: what was found, their origins not yet known.
        operation: the operationId it was judged as, if one was found.
        unchecked: why the body was not judged; None if it was.
    """

    __slots__ = ("findings", "operation", "unchecked")

    def __init__(self, findings: list[Finding] | None = None, operation: str | None = None, unchecked: str | None = None) -> None:
        self.findings = [] if findings is None else findings
        self.operation = operation
        self.unchecked = unchecked


class Contract:
    """
    The contract of the receipt operations, compiled from an OpenAPI document for a profile.

    Make one with `Contract.load`. It is safe to share between threads and costs milliseconds to make; schemas are compiled when first
    needed.
    """

    def __init__(self, document: Document, profile: str) -> None:
        self.document = document
        self.profile = profile
        self.operations = Operations(document.content)
        self._recogniser = Recogniser(self.operations, document.content)
        self._engine = Engine(document.content)
        self._bodies: dict[tuple[str, ...], BodySchema] = {}

    @classmethod
    def load(cls, profile: str = "documented", document: str | Path | None = None) -> Contract:
        """
        Load a contract.

        Args:
            profile: `vendor` (Twilio's document and nothing else), `documented` (what the reference pages and captured responses say)
                or `strict` (closed objects, warnings count as errors).
            document: a contract document of your own, OpenAPI 3.0 or 3.1, YAML or JSON; it replaces the profile's document, and
                `profile` then only decides how severe its findings are. Overlays are not applied to it.

        Raises:
            UsageError: there is no such profile.
            DocumentError: the document cannot be used.
        """
        if profile not in documents.PROFILES:
            raise UsageError(f"no profile is called {profile!r}: there are {', '.join(documents.PROFILES)}")
        return cls(documents.built(profile) if document is None else documents.read(document), profile)

    @property
    def kinds(self) -> list[str]:
        """The kinds of body that can be told apart: page, receipt, message, configuration, error, webhook."""
        return self._recogniser.kinds

    @property
    def rule_ids(self) -> list[str]:
        """The rules that the document itself names, which may be more than the catalogue has."""
        return self.document.rule_ids

    # -- public checks

    def check(self, body: Any, *, operation: str | None = None) -> list[Finding]:
        """
        Judge a response body.

        Args:
            body: a parsed JSON value; or its text as `str` or `bytes`, whose own defects are then found too, with line and column.
            operation: an operationId (`FetchConversationMessageReceipt`) or a kind (`receipt`, `page`, `message`,
                `configuration`, `error`, `webhook`), whose scope is then told by the body. By default the body itself decides.

        Returns:
            The findings, none if it conforms. A body that cannot be recognised is a finding too: `body.unknown-kind`.

        Raises:
            UsageError: the contract has no such operation or kind.
        """
        text = _text_of(body)
        if text is None:
            return self.judge_body(body, operation).findings
        parsed = read(text)
        findings = self.text_findings(parsed.defects, _place_in(text)) if parsed.defects else []
        if parsed.readable:
            findings += self.beside(parsed.defects, self.judge_body(parsed.value, operation).findings)
        return findings

    def check_exchange(self, exchange: Exchange) -> list[Finding]:
        """
        Judge a request and its response: path and query parameters, status, media type and body.

        An exchange of no operation of the contract is not judged; the finding `http.unknown-operation` says so.
        """
        return self.judge_exchange(exchange).findings

    # -- what validation builds on

    def beside(self, defects: Iterable[Defect], findings: list[Finding]) -> list[Finding]:
        """The findings that are not about a value which a defect of the text already explains."""
        explained = {defect.pointer for defect in defects if defect.rule == "json.not-finite"}
        return [finding for finding in findings if finding.pointer not in explained] if explained else findings

    def judge_body(self, body: Any, operation: str | None = None) -> Verdict:
        """Judge a parsed body whose request is unknown."""
        recognition = self._recogniser.recognise(body) if operation is None else self._named(operation, body)
        if recognition.kind is None:
            return self._left("body.unknown-kind", "unknown body", recognition.reason, None)
        if recognition.kind == ERROR:
            return self._judge_error(body)
        found = recognition.operation
        if found is None:
            return self._left("body.unknown-kind", "unknown body", "the contract has no such response", None)
        if found.kind == "webhook":
            return self._judge_webhook(body, found)
        response = found.response(200)
        media = response.content.get(_JSON) if response else None
        if response is None or media is None:
            return Verdict(operation=found.id, unchecked="the document describes no such body")
        return Verdict(self._body_findings(body, found, media), found.id)

    def surely_conform(self, texts: list[bytes]) -> bool:
        """
        Whether texts are bodies of one operation that surely have no finding: all of them judged at once. False says nothing.

        An operation is only recognised here after a body like it has been judged by itself.
        """
        bodies = read_all(texts)
        operation = self._recogniser.common(bodies) if bodies else None
        if bodies is None or operation is None:
            return False
        response = operation.response(200)
        media = response.content.get(_JSON) if response else None
        if media is None:
            return False
        schema = self._compiled((*media.place, "each"), {"type": "array", "items": media.schema})
        checks = RECORD_CHECKS.get(operation.kind or "", ())
        return schema.is_clean(bodies) and not any(True for check in checks for body in bodies for _ in check(body))

    def judge_exchange(self, exchange: Exchange) -> Verdict:
        """Judge an exchange."""
        resolved = self.operations.resolve(exchange.method, exchange.url)
        if resolved is None:
            return self._left("http.unknown-operation", "no operation of the contract", None, None)
        operation, values = resolved
        breaches: list[Breach] = []
        if exchange.status < 400:
            breaches += parameter_breaches(operation, values, exchange.url, self._parameter_schema, self.document.provenance)
        response = operation.response(exchange.status)
        if response is None:
            breaches.append(
                Breach("http.undocumented-status", "", "the operation documents no such status", value=exchange.status)
            )
            findings = self._findings(breaches, operation.id)
            return Verdict(findings, operation.id, "undocumented status")
        findings = self._findings(breaches, operation.id)
        unchecked = self._judge_response(exchange, operation, response, findings)
        return Verdict(findings, operation.id, unchecked)

    def _parameter_schema(self, operation: Operation, parameter: Parameter) -> BodySchema:
        return self._compiled((operation.id, parameter.location, parameter.name), parameter.schema)

    def _compiled(self, place: tuple[str, ...], schema: Any) -> BodySchema:
        compiled = self._bodies.get(place)
        if compiled is None:
            compiled = self._bodies[place] = self._engine.body(schema)
        return compiled

    def body_schema(self, operation: Operation, status: int) -> BodySchema:
        """The compiled schema of a JSON answer of an operation; raises `UsageError` if the document describes none."""
        response = operation.response(status)
        if response is None or _JSON not in response.content:
            raise UsageError(f"{operation.id} describes no JSON answer {status}")
        return self._schema_of(response.content[_JSON])

    def text_findings(self, defects: Iterable[Defect], place: Callable[[int], tuple[int, int]]) -> list[Finding]:
        """The findings of a text's own defects; `place` turns an offset into the line and column of their origin."""
        findings = []
        for defect in defects:
            severity = catalogue.severity(defect.rule, self.profile, Severity(defect.severity) if defect.severity else None)
            if severity is not None:
                line, column = place(defect.offset)
                grounding = catalogue.find(defect.rule).grounding
                origin = Origin(line=line, column=column)
                findings.append(
                    Finding(defect.rule, severity, defect.pointer, defect.message, defect.hint, grounding, None, origin)
                )
        return findings

    # -- bodies

    def _named(self, name: str, body: Any) -> Recognition:
        if name in self.operations.by_id:
            operation = self.operations.by_id[name]
            return Recognition(operation.kind or "other", operation)
        if name == ERROR and ERROR in self.kinds:
            return Recognition(ERROR)
        if name in self.kinds:
            return self._recogniser.of_kind(name, body)
        raise UsageError(f"the contract has no operation or kind {name!r}: kinds are {', '.join(self.kinds)}")

    def _judge_error(self, body: Any) -> Verdict:
        said = body.get("status") if isinstance(body, dict) else None
        status = said if isinstance(said, int) and 400 <= said <= 599 else 400
        for operation in self.operations.all:
            response = operation.response(status) if operation.kind else None
            if response is not None and _JSON in response.content:
                return Verdict(self._body_findings(body, operation, response.content[_JSON], named=False))
        return Verdict(unchecked="the document describes no errors")

    def _judge_webhook(self, body: Any, operation: Operation) -> Verdict:
        media = operation.responses["request"].content.get(_FORM)
        if media is None:
            return Verdict(operation=operation.id, unchecked="the document describes no such body")
        event = body.get("EventType") if isinstance(body, dict) else None
        properties = self._recogniser.members(media).get("EventType", {})
        known = properties.get("enum") if isinstance(properties, dict) else None
        if isinstance(event, str) and isinstance(known, list) and event not in known:
            return Verdict(operation=operation.id, unchecked="a webhook of another event")
        return Verdict(self._body_findings(body, operation, media), operation.id)

    def _body_findings(self, body: Any, operation: Operation, media: Media, named: bool = True) -> list[Finding]:
        name = operation.id if named else None
        schema = self._schema_of(media)
        findings = [] if schema.is_clean(body) else self._violation_findings(schema.violations(body), name, media)
        breaches = [
            breach for check in RECORD_CHECKS.get(operation.kind or "", ()) if isinstance(body, dict) for breach in check(body)
        ]
        if breaches:
            taken = {finding.pointer for finding in findings if finding.severity is Severity.ERROR}
            findings += self._findings((breach for breach in breaches if breach.pointer not in taken), name)
        return findings

    def _schema_of(self, media: Media) -> BodySchema:
        return self._compiled(media.place, media.schema)

    def _violation_findings(self, violations: Iterable[Violation], operation: str | None, media: Media) -> list[Finding]:
        from receiptkit.contract.words import hint, message

        findings = []
        for violation in violations:
            severity = catalogue.severity(violation.rule, self.profile, violation.severity)
            if severity is not None:
                finding = Finding(
                    rule=violation.rule,
                    severity=severity,
                    pointer=violation.pointer,
                    message=message(violation),
                    hint=hint(violation),
                    grounding=self._grounding(violation, media),
                    operation=operation,
                    value=violation.value,
                )
                findings.append(finding)
        return findings

    def _grounding(self, violation: Violation, media: Media) -> str:
        rule = catalogue.get(violation.rule)
        if violation.source is not None:
            return violation.source
        if rule is not None and not violation.rule.startswith("schema."):
            return rule.grounding
        place = violation.place if violation.place[:1] == ("components",) else (*media.place, *violation.place)
        return f"{self.document.provenance}, {'/'.join(str(step) for step in place)}"

    # -- exchanges

    def _judge_response(
        self, exchange: Exchange, operation: Operation, response: Response, findings: list[Finding]
    ) -> str | None:
        """Judge media type and body, add to the findings; return why the body was not judged, if it was not."""
        if exchange.body is NOT_CAPTURED:
            return "no body was captured"
        if not response.content:
            return "the document describes no body"
        text = _text_of(exchange.body)
        if text is not None and not text.strip() and response.may_be_empty:
            return None
        said = exchange.header("content-type")
        media = response.media(said)
        if media is None:
            findings += self._findings([_wrong_media_type(response, said)], operation.id)
            media = response.content.get(_JSON)
        judgeable = media is not None and isinstance(media.schema, dict) and media.schema
        if media is None or not judgeable:
            return None
        body = exchange.body
        if text is not None:
            parsed = read(text)
            if parsed.defects and (parsed.readable or not findings):
                findings += self.text_findings(parsed.defects, _place_in(text))
            if not parsed.readable:
                return None
            body = parsed.value
            findings += self.beside(parsed.defects, self._body_findings(body, operation, media))
        else:
            findings += self._body_findings(body, operation, media)
        if exchange.status >= 400:
            findings += self._findings(status_mismatch(body, exchange.status), operation.id)
        return None

    # -- findings

    def _findings(self, breaches: Iterable[Breach], operation: str | None) -> list[Finding]:
        findings = []
        for breach in breaches:
            severity = catalogue.severity(breach.rule, self.profile, breach.severity)
            if severity is not None:
                grounding = breach.grounding or catalogue.find(breach.rule).grounding
                finding = Finding(
                    breach.rule, severity, breach.pointer, breach.message, breach.hint, grounding, operation, value=breach.value
                )
                findings.append(finding)
        return findings

    def _left(self, rule: str, unchecked: str, reason: str | None, operation: str | None) -> Verdict:
        text = catalogue.find(rule).title + (f" ({reason})" if reason else "")
        return Verdict(self._findings([Breach(rule, "", text)], operation), operation, unchecked)


def _wrong_media_type(response: Response, content_type: str | None) -> Breach:
    wanted = " or ".join(response.content)
    return Breach("http.media-type", "", f"the response is not {wanted}, as its Content-Type says", value=content_type)


def _place_in(text: bytes) -> Callable[[int], tuple[int, int]]:
    from receiptkit.jsontext.locate import LineIndex

    return LineIndex(decode(text)[0]).place


def _text_of(body: Any) -> bytes | None:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else None
