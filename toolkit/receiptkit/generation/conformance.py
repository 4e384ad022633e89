"""Check that generated JSON conforms: each text, or one of its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from receiptkit.bulk import Bulk
from receiptkit.contract import Contract
from receiptkit.model.exchange import READ_HEADERS, Exchange, WebhookRequest
from receiptkit.model.finding import Finding
from receiptkit.rules import catalogue

#: Members of a message whose values no rule compares with anything: each is judged by itself.
_ALONE = ("author", "body", "index")


class ShapeChecker:
    """
    Checks texts by their shapes: what the contract accepted proves others like it.

    Args:
        check: returns the findings of a parsed text.
    """

    def __init__(self, check: Callable[[Any], list[Finding]]) -> None:
        self._check = check
        self._bulk = Bulk(catalogue.literal_names())

    def findings(self, texts: Sequence[bytes]) -> Iterator[list[Finding]]:
        """Yield the findings of each text; none for a text that its shape proves clean."""
        allowed = catalogue.allows_bulk()
        clean = self._bulk.facts(texts) if allowed else [None] * len(texts)
        for number, text in enumerate(texts):
            if clean[number] is not None:
                yield []
                continue
            found = self._check(orjson.loads(text))
            if not found and allowed and self._bulk.is_worth_learning():
                self._bulk.learn(text.decode(), (), self._verdict)
                clean[number + 1 :] = self._bulk.facts(texts[number + 1 :])
            yield found

    def _verdict(self, text: str) -> tuple[bool, list[Any]]:
        parsed = orjson.loads(text)
        return not self._check(parsed), _rows(parsed)


class Conformance:
    """
    Checks bodies, exchanges and webhook requests by their shapes.

    Headers that no rule reads are left out.

    Args:
        contract: the contract.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._checkers: dict[Any, ShapeChecker] = {}
        # A signature is read only by those who know the auth token.
        signed = contract.validator.auth_token is not None
        self._headers = READ_HEADERS | ({"x-twilio-signature"} if signed else set())
        #: Values of messages that were judged, and the first one of each member.
        self._judged: set[tuple[str, str]] = set()
        self._first: dict[str, Any] = {}

    def of_bodies(self, operation: str, bodies: Sequence[Any]) -> Iterator[list[Finding]]:
        """Yield the findings of each body that an operation answers with."""
        contract = self._contract
        texts = [orjson.dumps(self._general(body)) for body in bodies]
        checker = self._checker(operation, lambda body: contract.check(body, operation=operation))
        return self._learning(checker.findings(texts), bodies)

    def of_records(self, records: Iterable[Exchange | WebhookRequest]) -> Iterator[list[Finding]]:
        """Yield the findings of each record; alike ones follow each other."""
        webhooks: list[bytes] = []
        exchanges: dict[tuple[str, ...], list[Exchange]] = {}
        for each in records:
            if isinstance(each, Exchange):
                exchanges.setdefault(tuple(each.body), []).append(each)
            else:
                webhooks.append(self._text(each))
        for members, alike in exchanges.items():
            checker = self._checker(members, self._check(alike[0], ""))
            texts = [self._text(each) for each in alike]
            bodies = [each.body for each in alike]
            yield from self._learning(checker.findings(texts), bodies)
        check = self._check(WebhookRequest("", "", "", {}), "")
        yield from self._checker("webhooks", check).findings(webhooks)

    def proves(self, one: Any, other: Any, operation: str) -> bool:
        """
        Return True if one text conforms, and so does every other that differs by its values.

        Args:
            one: a body, an exchange or a webhook request.
            other: the same with other SIDs and dates.
            operation: the operation that answers with a body.
        """
        if not catalogue.allows_bulk() or self._contract.document.is_foreign:
            return False
        check = self._check(one, operation)

        def verdict(text: str) -> tuple[bool, list[Any]]:
            parsed = orjson.loads(text)
            return not check(parsed), _rows(parsed)

        texts = [self._text(one), self._text(other)]
        bulk = Bulk(catalogue.literal_names())
        if verdict(texts[0].decode())[0]:
            bulk.learn(texts[0].decode(), (), verdict)
        return None not in bulk.facts(texts)

    def _check(self, of: Any, operation: str) -> Callable[[Any], list[Finding]]:
        contract = self._contract
        if isinstance(of, Exchange):
            return lambda parts: contract.check_exchange(Exchange(*parts))
        if isinstance(of, WebhookRequest):
            return lambda sent: contract.check_webhook(WebhookRequest(*sent))
        return lambda body: contract.check(body, operation=operation)

    def _text(self, of: Any) -> bytes:
        if isinstance(of, Exchange):
            return orjson.dumps(self._parts(of))
        if isinstance(of, WebhookRequest):
            return orjson.dumps([of.url, of.method, of.body, self._read(of.headers)])
        return orjson.dumps(of)

    def _checker(self, key: Any, check: Callable[[Any], list[Finding]]) -> ShapeChecker:
        if key not in self._checkers:
            self._checkers[key] = ShapeChecker(check)
        return self._checkers[key]

    def _parts(self, seen: Exchange) -> list[Any]:
        body, headers = self._general(seen.body), self._read(seen.headers)
        return [seen.method, seen.url, seen.status, body, headers]

    def _read(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in headers.items() if name.lower() in self._headers}

    def _general(self, body: Any) -> Any:
        """Return a message with the first author, text and index, if its own were judged before."""
        if "author" not in body or not self._first or not self._judged.issuperset(_alone(body)):
            return body
        return {**body, **self._first}

    def _learning(
        self, findings: Iterator[list[Finding]], bodies: Sequence[Any]
    ) -> Iterator[list[Finding]]:
        """Yield findings; note what bodies say that have none."""
        # A user's own document may relate them to each other.
        learns = not self._contract.document.is_foreign
        for body, found in zip(bodies, findings, strict=True):
            if learns and not found and "author" in body:
                self._first = self._first or {name: body[name] for name in _ALONE if name in body}
                self._judged.update(_alone(body))
            yield found


def _alone(message: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, repr(message[name])) for name in _ALONE if name in message]


def _rows(value: Any) -> list[Any]:
    """Return something of each row that a text has, by which shapes distinguish rows."""
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, list) and each and all(isinstance(row, dict) for row in each):
            return [row.get("sid") for row in each]
        found = _rows(each) if isinstance(each, dict) else []
        if found:
            return found
    return []
