"""One observation to findings with their locations."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from receiptkit.captures import Observation
from receiptkit.contract import Contract, Result, without_explained
from receiptkit.contract.bounds import with_first_headers
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.finding import Finding
from receiptkit.model.location import Location
from receiptkit.text.forms import query_of
from receiptkit.validation.places import located
from receiptkit.validation.selection import Selection


class ObservationChecker:
    """Checks observations one by one; reports each secret once for each file and header."""

    def __init__(
        self,
        contract: Contract,
        selection: Selection,
        *,
        operation: str | None,
        url: str | None,
        called_at: str | None = None,
    ) -> None:
        """
        Args:
            contract: the contract to check against.
            selection: which findings are wanted.
            operation: the kind or operationId of bare bodies; None to recognise them.
            url: the URL of responses without a request.
            called_at: the URL at which webhooks were called.
        """
        self._contract = contract
        self._selection = selection
        self._operation = operation
        self._url = url
        self._called_at = called_at
        self._secrets_seen: set[str] = set()
        self._named = True

    def begin_file(self, *, named: bool) -> None:
        """
        Forget which secrets have been reported; `named` is False for a file that was found in a
        folder.
        """
        self._secrets_seen.clear()
        self._named = named

    def validate(self, observation: Observation) -> Result:
        """Return the result of an observation, before locations and selection."""
        seen, headers = observation.seen, 0
        if seen is not None:
            seen, headers = with_first_headers(seen)
        result = self._validate(observation, seen)
        if headers:
            result.left_out["members"] += headers
        return result

    def _validate(self, observation: Observation, seen: Exchange | WebhookRequest | None) -> Result:
        validator = self._contract.validator
        if observation.unusable is not None:
            # Text that is not JSON has been checked: Twilio sends none.
            return Result(unchecked=None if observation.problems else observation.unusable)
        if isinstance(seen, Exchange):
            if not seen.url and self._url:
                seen = replace(seen, method="GET", url=self._url)
            url = validator.base_url.in_url(seen.url)
            if self._called_at and url and not self._contract.operations.of_url(url):
                called = self._as_called(seen.request())
                seen = replace(seen, url=called.url, request_headers=called.headers)
            if seen.url:
                return validator.validate_exchange(seen)
            return validator.validate_response(seen, self._operation, carried=observation.carried)
        if isinstance(seen, WebhookRequest):
            return validator.validate_webhook(
                self._as_called(seen), self._operation, carried=observation.carried
            )
        return validator.validate_body(observation.value, self._operation)

    def _as_called(self, seen: WebhookRequest) -> WebhookRequest:
        """
        Return a webhook with the URL at which Twilio called it; the query of its own stays, if the
        other has none.
        """
        if self._called_at is None:
            return seen
        from receiptkit.rules.proxied import FORWARDING

        query = "" if "?" in self._called_at else query_of(seen.url)[0]
        host = urlsplit(self._called_at).netloc.rpartition("@")[2]
        # What proxies say of another URL counts no more.
        headers = {
            name: host if name.lower() == "host" else value
            for name, value in seen.headers.items()
            if name.lower() not in FORWARDING
        }
        url = self._called_at + (f"?{query}" if query else "")
        return replace(seen, url=url, headers=headers)

    def signature(self, result: Result, observation: Observation) -> str | None:
        """
        Return why the signature of a webhook could not be judged, empty if it was; None if it was
        not to be.
        """
        is_signed = self._contract.validator.auth_token is not None
        if is_signed and observation.seen is None and result.kind == "webhook":
            return "no headers were captured"
        return result.signature_unjudged

    def findings(self, result: Result, observation: Observation, file: str) -> list[Finding]:
        """Return the wanted findings of a result, and of the text around it."""
        if result.unchecked is not None and not self._named and observation.seen is None:
            # In a folder, a foreign document is not reported.
            result.findings = []
        seen = observation.seen
        if seen is None and result.unchecked is not None and self._named:
            # A log may have something else here, such as the error of an HTTP client.
            seen = Exchange("", "", 0, observation.value)
        if seen is not None:
            seen, _ = with_first_headers(seen)
            result.findings = [*result.findings, *self._secrets(seen)]
        if not result.findings and not observation.problems:
            return []
        found = self._of_text(observation, file) + without_explained(
            observation.problems, result.findings
        )
        wanted = self._selection.applied(found, file)
        return located(wanted, result.part, observation, file) if wanted else []

    def is_clean(self, result: Result, observation: Observation) -> bool:
        """Return True if an observation was checked and has no finding at all, wanted or not."""
        return (
            result.unchecked is None
            and not result.findings
            and not any(result.left_out.values())
            # Each signature is judged, and counted, by itself.
            and self.signature(result, observation) is None
            and not observation.problems
            and (observation.seen is None or not self._contract.validator.secrets(observation.seen))
        )

    def _secrets(self, seen: Exchange | WebhookRequest) -> list[Finding]:
        new = [
            finding
            for finding in self._contract.validator.secrets(seen)
            if finding.message not in self._secrets_seen
        ]
        self._secrets_seen.update(finding.message for finding in new)
        return new

    def _of_text(self, observation: Observation, file: str) -> list[Finding]:
        """
        Return the findings of the record's text; pointers start at the body, and are empty outside
        of it.
        """
        located = []
        for finding in self._contract.validator.profile.text_findings(
            observation.problems, observation.record.position
        ):
            location = replace(finding.location or Location(), file=file, entry=observation.entry)
            pointer = finding.pointer
            if observation.seen is not None:
                body = observation.spot(
                    "request" if isinstance(observation.seen, WebhookRequest) else "response"
                ).pointer
                pointer = pointer[len(body) :] if body and pointer.startswith(body) else ""
            located.append(replace(finding, pointer=pointer, location=location))
        return located
