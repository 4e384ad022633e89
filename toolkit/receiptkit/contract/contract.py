"""The contract: what a conforming response looks like, and what is wrong with one that does not."""

from __future__ import annotations

from copy import copy
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
from receiptkit.model.findings import Findings
from receiptkit.model.odd_arguments import explained_methods
from receiptkit.openapi import document as documents
from receiptkit.openapi.document import Document
from receiptkit.openapi.operations import Operations
from receiptkit.schema.engine import Engine

#: The names of the engines.
ENGINES = ("default", "reference")


@explained_methods
class Contract:
    """
    The contract of the receipt operations, compiled from an OpenAPI document for a profile.

    Make one with `Contract.load`. Threads can share it. It costs milliseconds to make; schemas are
    compiled when they are first needed.
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
            profile: `vendor` (Twilio's document alone), `documented` (with facts of reference pages
                and captured responses) or `strict` (closed objects, warnings count as errors).
            document: your own OpenAPI document, 3.0 or later, YAML or JSON. It replaces the
                profile's document, without overlays; `profile` then decides severities only.
            engine: `default`; or `reference`, a slow second opinion by openapi-core and
                jsonschema (`pip install 'receiptkit[reference]'`).
            auth_token: the primary auth token of the account, with which webhooks must be signed;
                None to leave signatures unchecked.
            api_base_url: the URL of a mock or a proxy that replaces
                https://conversations.twilio.com; requests and links may use either.

        Raises:
            UsageError: the profile or engine is unknown, or the packages of the engine are missing.
            DocumentError: the document cannot be used.
        """
        if profile not in documents.PROFILES:
            raise UsageError(f"unknown profile {profile!r}; use {', '.join(documents.PROFILES)}")
        return cls(
            documents.built(profile) if document is None else documents.read(document),
            profile,
            engine,
            auth_token,
            api_base_url,
        )

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of body that can be recognised, such as page and receipt."""
        return self.validator.kinds

    @property
    def rule_ids(self) -> list[str]:
        """Return the rules that the document names, which may be more than the catalogue has."""
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
        Check a response body.

        Args:
            body: a parsed JSON value; or its text as `str` or `bytes`, which is then checked too.
            operation: an operationId (`FetchConversationMessageReceipt`) or a kind (`receipt`,
                `page`, `message`, `configuration`, `error`, `webhook`). By default the body is
                recognised by its members.

        Returns:
            The findings, none if it conforms; `body.unknown-kind` if it is not recognised.

        Raises:
            UsageError: the operation or kind is unknown, or the body is not a JSON value.
        """
        return Findings(self.findings_of(self.validate(body, operation)))

    def validate(self, body: Any, operation: str | None = None) -> Result:
        """Return the result of checking a body, parsed or text."""
        text = text_of(body)
        with values_of_json():
            return (
                self.validator.validate_body(body, operation)
                if text is None
                else self.validator.validate_text(text, operation)
            )

    def findings_of(self, result: Result) -> list[Finding]:
        """Return the findings of a result; one of them says what was not checked."""
        if not result.left_out and (result.unchecked is None or result.findings):
            return result.findings
        return [*result.findings, *self.validator.skipped(result)]

    def check_exchange(self, exchange: Exchange) -> list[Finding]:
        """
        Check a request and its response: parameters, status, media type and body.

        Returns:
            The findings, none if it conforms; `http.unknown-operation` if the contract lacks the
            operation, `body.unchecked` with the reason if the body was not checked.

        Raises:
            UsageError: it is not an exchange, or its body is not a JSON value.
        """
        return Findings(self.findings_of(self.validate_exchange(exchange)))

    def validate_exchange(self, exchange: Exchange) -> Result:
        """Return the result of checking an exchange."""
        demand_exchange(exchange)
        with values_of_json():
            return self.validator.validate_exchange(exchange)

    def check_webhook(self, webhook: WebhookRequest) -> list[Finding]:
        """
        Check a webhook request: its parameters, how they were sent, and its signature.

        Returns:
            The findings, whose pointers name parameters (`/Status`); none if it conforms,
            `body.unchecked` for another event, `body.unknown-kind` if it is not recognised.

        Raises:
            UsageError: it is not a webhook request, or its parameters are not JSON values.
        """
        return Findings(self.findings_of(self.validate_webhook(webhook)))

    def validate_webhook(self, webhook: WebhookRequest) -> Result:
        """Return the result of checking a webhook request."""
        demand_webhook(webhook)
        with values_of_json():
            return self.validator.validate_webhook(webhook)


def _engine(name: str, document: Document) -> Engine:
    if name not in ENGINES:
        raise UsageError(f"unknown engine {name!r}; use {' or '.join(ENGINES)}")
    if name == "default":
        return Engine(document.content)
    try:
        from receiptkit.schema.reference import ReferenceEngine
    except ImportError as error:
        raise UsageError(
            f"the reference engine needs {error.name}: pip install 'receiptkit[reference]'"
        ) from None
    return ReferenceEngine(document.content)


def without_token(contract: Contract) -> Contract:
    """Return a contract, compiled already, with signatures left unchecked."""
    other = object.__new__(Contract)
    vars(other).update(vars(contract))
    other.validator = copy(contract.validator)
    other.validator.auth_token = None
    return other
