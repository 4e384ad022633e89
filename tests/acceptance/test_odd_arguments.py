"""With odd arguments, every public function returns, or raises a one-line error of receiptkit."""

from __future__ import annotations

import asyncio
import datetime as dt
import decimal
import random
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from receiptkit import Contract, Exchange, History, ReceiptkitError, WebhookRequest
from receiptkit.generation import Generator, ReceiptProvider
from receiptkit.rules.examples import form, sample
from receiptkit.server.sender import Sent

#: In the place of any argument.
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**70, -(2**70), 1.5, float("nan"), float("inf"), "", "x", "\ud800", "\0"),
    *("a" * 100_000, "1" * 5000, b"", b"\xff", bytearray(b"x"), [], [None], [[]], {}, {None: None}),
    *({"a": {1: 2}}, (), set(), object(), object, lambda: None, iter(()), Path("/nowhere")),
    *(
        dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),
        decimal.Decimal(1),
        complex(1),
        random.Random(0),
        ...,
    ),
    *(Exchange("GET", "/", 200), WebhookRequest(), ValueError("x")),
)
GENERATOR = Generator()
WORLD = GENERATOR.world("partial-failure")
RENDERING = GENERATOR.at(WORLD)
WEBHOOKS = GENERATOR.webhooks(WORLD)
EVENT = WEBHOOKS.events[0]
CONTRACT = Contract.load()
URL = "https://example.com/hook?a=1"


def provider() -> ReceiptProvider:
    import faker

    return ReceiptProvider(faker.Faker())


def of_module(name: str) -> Callable[[str], Callable[..., Any]]:
    return lambda function: getattr(import_module(name), function)


_webhooks = of_module("receiptkit.webhooks")
_strategies = of_module("receiptkit.generation.strategies")
_server = of_module("receiptkit.server")
_SETTINGS: dict[str, Any] = {
    "scenarios": "landline",
    "seed": 0,
    "count": 1,
    "receipts": 1,
    "clock": "manual",
    "speed": 1.0,
    "start": "now",
    "strict_page_size": False,
    "public_origin": None,
    "webhook_url": None,
    "account_sid": None,
    "auth_token": None,
    "api_keys": {},
    "control_token": None,
    "local_only": False,
    "data": None,
    "pre_webhooks": True,
    "initializing": 0.0,
    "error_statuses": {},
}
_WORLD: dict[str, Any] = {
    "seed": 0,
    "receipts": 1,
    "outcomes": None,
    "page_size": 5,
    "in_service": False,
    "stream": "in-order",
    "start": "2026-01-01T00:00:00Z",
    "no_error": 0,
    "set": {},
}


async def _control(method: str, /, **arguments: Any) -> Any:
    control = _server("app")("landline", clock="manual").state.control
    return await getattr(control, method)(**arguments)


def control(name: str) -> Callable[..., Any]:
    """Return a method of the server's control, called on a new server."""
    return lambda **arguments: asyncio.run(_control(name, **arguments))


def numbered(**arguments: Any) -> Any:
    return _server("app")("none", clock="manual").state.control.numbered(**arguments)


#: A request of somebody else's, which cannot be sent again.
SENT = Sent(WebhookRequest(URL, "POST", "", {}), 200)


def settings_of(**arguments: Any) -> Any:
    from receiptkit.server import ServerSettings

    return ServerSettings.of(**arguments)


def begin(**arguments: Any) -> Any:
    return _server("app")("none", clock="manual").state.control.begin(**arguments)


#: Every public function, with arguments that fit.
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Contract.load": (
        Contract.load,
        {
            "profile": "strict",
            "document": None,
            "engine": "default",
            "auth_token": "x",
            "api_base_url": None,
        },
    ),
    "Contract": (
        Contract,
        {
            "document": CONTRACT.document,
            "profile": "strict",
            "engine": "default",
            "auth_token": "x",
            "api_base_url": None,
        },
    ),
    "Contract.check": (CONTRACT.check, {"body": sample("receipt"), "operation": "receipt"}),
    "Contract.validate": (CONTRACT.validate, {"body": sample("receipt"), "operation": "receipt"}),
    "Contract.check_exchange": (CONTRACT.check_exchange, {"exchange": Exchange("GET", "/", 200)}),
    "Contract.validate_exchange": (
        CONTRACT.validate_exchange,
        {"exchange": Exchange("GET", "/", 200)},
    ),
    "Contract.check_webhook": (CONTRACT.check_webhook, {"webhook": WebhookRequest()}),
    "Contract.validate_webhook": (CONTRACT.validate_webhook, {"webhook": WebhookRequest()}),
    "Contract.findings_of": (
        CONTRACT.findings_of,
        {"result": CONTRACT.validate(sample("receipt"))},
    ),
    "History": (History, {"contract": CONTRACT}),
    "History.check": (History(CONTRACT).check, {"body": sample("receipt"), "operation": "receipt"}),
    "History.check_exchange": (
        History(CONTRACT).check_exchange,
        {"exchange": Exchange("GET", "/", 200)},
    ),
    "History.check_webhook": (History(CONTRACT).check_webhook, {"delivery": WebhookRequest()}),
    "Exchange": (
        lambda **values: CONTRACT.check_exchange(Exchange(**values)),
        {
            "method": "GET",
            "url": sample("page")["meta"]["url"],
            "status": 200,
            "body": sample("page"),
            "headers": {},
            "request_body": "",
            "request_headers": {},
            "made_at": "",
        },
    ),
    "WebhookRequest": (
        lambda **values: CONTRACT.check_webhook(WebhookRequest(**values)),
        {"url": URL, "method": "POST", "body": form(), "headers": {}},
    ),
    "Exchange.header": (Exchange("GET", "/", 200, headers={"a": "b"}).header, {"name": "a"}),
    "WebhookRequest.header": (WebhookRequest(headers={"a": "b"}).header, {"name": "a"}),
    "Generator": (Generator, {"contract": CONTRACT, "host": "https://example.com"}),
    "Generator.world": (GENERATOR.world, {"name": "landline", **_WORLD, "check": True}),
    "Generator.drafts": (
        lambda **given: next(GENERATOR.drafts(**given), None),
        {"name": "landline", "seeds": [0]},
    ),
    "Generator.any_world": (GENERATOR.any_world, {"rng": random.Random(0)}),
    "Generator.at": (GENERATOR.at, {"world": WORLD, "moment": "end"}),
    "Generator.webhooks": (GENERATOR.webhooks, {"world": WORLD, "moment": "end"}),
    "Generator.findings": (GENERATOR.findings, {"world": WORLD}),
    "Generator.refuse": (GENERATOR.refuse, {"findings": []}),
    "World.moment": (WORLD.moment, {"text": "90s"}),
    "World.seen_by": (lambda **values: list(WORLD.seen_by(**values)), {"moment": 0}),
    "Receipt.at": (WORLD.receipts[0].at, {"moment": 0}),
    "Rendering.page": (RENDERING.page, {"number": 0, "page_size": 5}),
    "Rendering.pages": (lambda **values: list(RENDERING.pages(**values)), {"page_size": 5}),
    "Rendering.get_pages": (lambda **values: list(RENDERING.get_pages(**values)), {"page_size": 5}),
    "Rendering.page_url": (RENDERING.page_url, {"number": 0, "size": 5, "back": False}),
    "Rendering.receipt": (RENDERING.receipt, {"index": 0}),
    "Rendering.get_receipt": (RENDERING.get_receipt, {"index": 0}),
    "Rendering.iter_receipts": (
        lambda **values: list(RENDERING.iter_receipts(**values)),
        {"start": 0, "stop": 1},
    ),
    "Rendering.configuration": (RENDERING.configuration, {"webhook_url": URL}),
    "Rendering.get_configuration": (RENDERING.get_configuration, {"webhook_url": URL}),
    "Rendering.error": (RENDERING.error, {"name": "not-found"}),
    "Webhooks.form": (WEBHOOKS.form, {"event": EVENT}),
    "Webhooks.parameters": (WEBHOOKS.parameters, {"event": EVENT}),
    "Webhooks.request": (
        WEBHOOKS.request,
        {
            "event": EVENT,
            "webhook_url": URL,
            "method": "POST",
            "auth_token": "x",
            "parameters": None,
        },
    ),
    "Webhooks.url": (WEBHOOKS.url, {"event": EVENT, "webhook_url": URL, "parameters": None}),
    "ReceiptProvider.channel_message_sid": (
        provider().channel_message_sid,
        {"channel_name": "sms"},
    ),
    "ReceiptProvider.receipt_error_code": (provider().receipt_error_code, {"channel_name": "sms"}),
    "ReceiptProvider.delivery_receipt": (
        provider().delivery_receipt,
        {"status": "failed", "channel_name": "sms", "error_code": 30003, "in_service": False},
    ),
    "ReceiptProvider.delivery_webhook": (
        provider().delivery_webhook,
        {"status": "failed", "channel_name": "sms", "error_code": 30003},
    ),
    "ReceiptProvider.delivery_requests": (
        provider().delivery_requests,
        {"scenario": "landline", "url": URL, "method": "POST", "auth_token": "x"},
    ),
    **{
        f"ReceiptProvider.{name}": (getattr(provider(), name), {"scenario": "landline"})
        for name in ("receipt_message", "receipt_page", "receipt_pages", "receipt_world")
    },
    **{
        f"strategies.{name}": (_strategies(name), {"generator": GENERATOR, "max_receipts": 5})
        for name in ("messages", "pages", "worlds")
    },
    **{
        f"strategies.{name}": (_strategies(name), {"generator": GENERATOR})
        for name in ("receipts", "webhooks")
    },
    "decode_form": (_webhooks("decode_form"), {"text": "a=b", "content_type": None, "most": 1}),
    "decode_query": (_webhooks("decode_query"), {"url": URL, "most": 1}),
    "form_offsets": (_webhooks("form_offsets"), {"parameters": [], "wanted": ["/a"]}),
    "is_json": (_webhooks("is_json"), {"text": "{}"}),
    "sign": (_webhooks("sign"), {"url": URL, "auth_token": "x", "parameters": {"a": "b"}}),
    "url_forms": (_webhooks("url_forms"), {"url": URL}),
    "verify": (
        _webhooks("verify"),
        {"url": URL, "auth_token": "x", "signature": "x", "parameters": {"a": "b"}, "body": b""},
    ),
    "signed_text": (_webhooks("signed_text"), {"url": URL, "parameters": {"a": "b"}}),
    "with_body_hash": (_webhooks("with_body_hash"), {"url": URL, "body": b""}),
    "app": (_server("app"), {**_SETTINGS, "webhook_transport": None}),
    "ServerSettings.of": (settings_of, _SETTINGS),
    "Control.advance": (control("advance"), {"by": "90s"}),
    "Control.advance to": (control("advance"), {"to": "next"}),
    "Control.begin": (begin, {"scenario": "landline", **_WORLD}),
    "Control.load": (control("load"), {"scenario": "landline", **_WORLD}),
    "Control.reset": (control("reset"), {"seed": 0}),
    "Control.numbered": (numbered, {"number": 0}),
    "Control.resend": (control("resend"), {"sent": SENT, "changes": {"Status": "failed"}}),
    "Control.snapshot": (control("snapshot"), {"name": "x"}),
    "Control.restore": (control("restore"), {"name": "x"}),
    "Control.outcome": (
        control("outcome"),
        {
            "status": "failed",
            "error_code": 30003,
            "participant": "x",
            "conversation": "x",
            "late": False,
            "times": 1,
        },
    ),
    "Control.fault": (control("fault"), {"kind": "slow", "after": 0, "times": 1, "seconds": 1}),
}


def wrong(function: Callable[..., Any], arguments: dict[str, Any]) -> str | None:
    """Return the exception of a call that is no one-line error of receiptkit; None without one."""
    try:
        function(**arguments)
    except ReceiptkitError as error:
        return None if str(error) and "\n" not in str(error) else f"lines: {error}"
    except Exception as error:  # noqa: BLE001 # which is what is looked for
        return f"{type(error).__name__}: {error!s:.60}"
    return None


#: These begin a server each time.
_SLOW = ("app", "Control.")


def _few(name: str) -> tuple[Any, ...]:
    return ODD[:: 4 if name.startswith(_SLOW) else 1]


@pytest.mark.parametrize("name", CALLS)
def test_odd_arguments(name: str) -> None:
    """With any argument, a function returns, or raises a one-line error of receiptkit."""
    function, fitting = CALLS[name]
    assert wrong(function, fitting) is None
    bad = [
        f"{argument}={odd!r:.40}: {found}"
        for argument in fitting
        for odd in _few(name)
        if (found := wrong(function, {**fitting, argument: odd})) is not None
    ]
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("name", [name for name in CALLS if not name.startswith(_SLOW)])
def test_unknown_arguments(name: str) -> None:
    """An argument that there is not, or one that is missing, is an error, too."""
    function, fitting = CALLS[name]
    assert not (wrong(function, {**fitting, "nonsense": 1}) or "TypeError").startswith("Attribute")


def test_nothing_public_is_left_out() -> None:
    """Each public function in the snapshot of the API is among the calls, but for those without arguments."""
    text = (ROOT / "tests" / "proofs" / "snapshots" / "api.txt").read_text()
    known = {name.partition(" ")[0] for name in CALLS}
    missing = []
    for line in text.splitlines():
        head, bracket, rest = line.partition("(")
        arguments = rest.rpartition(") ->")[0].removeprefix("self").removeprefix("cls").strip(", ")
        name = head.rpartition(".")[2]
        short = ".".join(head.split(".")[-2:]) if head.split(".")[-2][0].isupper() else name
        if bracket and arguments and name[0].islower():
            is_strategy = ".strategies." in head
            short = f"strategies.{name}" if is_strategy else short
            if short not in known and not short.startswith(
                ("Running.", "listening", "running", "url_of", "server_of")
            ):
                missing.append(short)
    assert not missing
