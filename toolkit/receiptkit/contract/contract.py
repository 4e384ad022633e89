"""The contract: what a conforming response looks like, and what is wrong with one that does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from receiptkit.contract.arguments import demand_exchange, demand_webhook, values_of_json
from receiptkit.contract.base_url import BaseUrl
from receiptkit.contract.profile import Profile
from receiptkit.contract.result import Result
from receiptkit.contract.validator import Validator
from receiptkit.model.errors import DocumentError, UsageError
from receiptkit.model.exchange import Exchange, WebhookRequest, text_of
from receiptkit.model.finding import Finding
from receiptkit.openapi import document as documents
from receiptkit.openapi.document import Document
from receiptkit.openapi.operations import Operations
from receiptkit.schema.engine import Engine

#: Who can judge.
ENGINES = ("default", "reference")


class Contract:
    """
    The contract of the receipt operations, compiled from an OpenAPI document for a profile.

    Make one with `Contract.load`. It is safe to share between threads and costs milliseconds to make; schemas are compiled when first
    needed.
    """

    def __init__(
        self,
        document: Document,
        profile: str,
        engine: str = "default",
        auth_token: str | None = None,
        api_base_url: str | None = None,
    ) -> None:
        self.document = document
        self.profile = profile
        self.engine = engine
        self.operations = Operations(document.content)
        self.validator = Validator(
            Profile(profile, document),
            self.operations,
            _engine(engine, document),
            auth_token,
            BaseUrl(api_base_url),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process makes its own: compiled schemas do not travel."""
        more = (self.validator.auth_token, self.validator.base_url.base)
        return Contract, (self.document, self.profile, self.engine, *more)

    @classmethod
    def load(
        cls,
        profile: str = "documented",
        document: str | Path | None = None,
        *,
        engine: str = "default",
        auth_token: str | None = None,
        api_base_url: str | None = None,
    ) -> Contract:
        """
        Load a contract.

        Args:
            profile: `vendor` (Twilio's document and nothing else), `documented` (what the reference pages and captured responses say)
                or `strict` (closed objects, warnings count as errors).
            document: a contract document of your own, OpenAPI 3.0 or 3.1, YAML or JSON; it replaces the profile's document, and
                `profile` then only decides how severe its findings are. Overlays are not applied to it.
            engine: `default`; or `reference`, the slow second opinion of openapi-core and jsonschema, which must be installed
                (`pip install 'receiptkit[reference]'`).
            auth_token: the primary auth token of the account; where it is given, webhook requests must be signed with it.
            api_base_url: a URL that stands for https://conversations.twilio.com, as of a mock or a proxy; requests and links
                may use either.

        Raises:
            UsageError: there is no such profile or engine, or the packages of the engine are missing.
            DocumentError: the document cannot be used.
        """
        if profile not in documents.PROFILES:
            raise UsageError(
                f"no profile is called {profile!r}: there are {', '.join(documents.PROFILES)}"
            )
        return cls(
            documents.built(profile) if document is None else documents.read(document),
            profile,
            engine,
            auth_token,
            api_base_url,
        )

    @property
    def kinds(self) -> list[str]:
        """The kinds of body that can be told apart: page, receipt, message, configuration, error, webhook."""
        return self.validator.kinds

    @property
    def rule_ids(self) -> list[str]:
        """The rules that the document itself names, which may be more than the catalogue has."""
        return self.document.rule_ids

    def compile(self) -> None:
        """
        Compile every schema now, not when it is first needed.

        Raises:
            DocumentError: a schema cannot be compiled.
        """
        try:
            self.validator.schemas.compile()
        except (TypeError, ValueError, RecursionError) as error:
            raise DocumentError(
                f"the contract document holds a schema that cannot be compiled: {error}"
            ) from None

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
            UsageError: the contract has no such operation or kind, or the body holds what JSON does not know.
        """
        return self.findings_of(self.validate(body, operation))

    def validate(self, body: Any, operation: str | None = None) -> Result:
        """What became of a body, parsed or text."""
        text = text_of(body)
        with values_of_json():
            return (
                self.validator.validate_body(body, operation)
                if text is None
                else self.validator.validate_text(text, operation)
            )

    def findings_of(self, result: Result) -> list[Finding]:
        """Return the findings of a result; where nothing was checked, one of them says so."""
        if result.unchecked is None or result.findings:
            return result.findings
        return self.validator.skipped(result)

    def check_exchange(self, exchange: Exchange) -> list[Finding]:
        """
        Judge a request and its response: path and query parameters, status, media type and body.

        An exchange of no operation of the contract is not judged; the finding `http.unknown-operation` says so. Where the answer is not
        judged, `body.unchecked` says why.

        Raises:
            UsageError: it is no exchange, is made of the wrong things, or its body holds what JSON does not know.
        """
        return self.findings_of(self.validate_exchange(exchange))

    def validate_exchange(self, exchange: Exchange) -> Result:
        """What became of an exchange."""
        demand_exchange(exchange)
        with values_of_json():
            return self.validator.validate_exchange(exchange)

    def check_webhook(self, delivery: WebhookRequest) -> list[Finding]:
        """
        Judge a webhook request: its parameters, and how they were sent. The pointers of findings name parameters: `/Status`.

        A webhook of another event is not judged, and `body.unchecked` says so; what is no webhook of the contract is a finding, too:
        `body.unknown-kind`.

        Raises:
            UsageError: it is no delivery, is made of the wrong things, or its parameters hold what JSON does not know.
        """
        return self.findings_of(self.validate_webhook(delivery))

    def validate_webhook(self, delivery: WebhookRequest) -> Result:
        """What became of a webhook request."""
        demand_webhook(delivery)
        with values_of_json():
            return self.validator.validate_webhook(delivery)


def _engine(name: str, document: Document) -> Engine:
    if name not in ENGINES:
        raise UsageError(f"no engine is called {name!r}: there are {' and '.join(ENGINES)}")
    if name == "default":
        return Engine(document.content)
    try:
        from receiptkit.schema.reference import ReferenceEngine
    except ImportError as error:
        raise UsageError(
            f"the reference engine needs {error.name}: pip install 'receiptkit[reference]'"
        ) from None
    return ReferenceEngine(document.content)
