"""The same traffic as tools, loggers and platforms keep it: lines in many layouts, for proofs and for the survey of speed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from traffic import Traffic

_SERVER = "hooks.example.com"
_PATH = "/twilio/receipts"


class Logs:
    """Makes the members that tools write beside webhooks and exchanges; their values differ each time."""

    def __init__(self, made: Traffic) -> None:
        self.made = made
        self._rng = made._rng
        self._milliseconds = 1_785_377_678_101

    def milliseconds(self) -> int:
        self._milliseconds += self._rng.randint(1, 90_000)
        return self._milliseconds

    def moment(self, zone: str = "Z") -> str:
        return f"{self.made._dates(milliseconds=True)[0]}{zone}"

    def uuid(self) -> str:
        text = f"{self._rng.getrandbits(128):032x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def trace(self) -> str:
        rng = self._rng
        return f"Root=1-{rng.getrandbits(32):08x}-{rng.getrandbits(96):024x}"

    def port(self) -> int:
        return self._rng.randint(20_000, 60_000)

    def signature(self) -> str:
        return base64.b64encode(self._rng.getrandbits(160).to_bytes(20, "big")).decode()

    def headers(self, **more: str) -> dict[str, str]:
        """Return the headers of a webhook in lower case, as servers in Node.js have them."""
        return {
            "accept-encoding": "identity",
            "content-length": str(self._rng.randint(480, 520)),
            "host": _SERVER,
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "accept": "*/*",
            "user-agent": "TwilioProxy/1.1",
            "x-home-region": "us1",
            "i-twilio-idempotency-token": self.uuid(),
            "x-twilio-signature": self.signature(),
            **more,
            "connection": "close",
        }

    def request(self) -> dict[str, Any]:
        return {"method": "POST", "url": _PATH, "headers": self.headers()}

    def exchange(self) -> dict[str, Any]:
        return self.made.exchange(self.made.page(4), as_text=True)


def _pino(logs: Logs) -> dict[str, Any]:
    head = {"level": 30, "time": logs.milliseconds(), "pid": 8846, "hostname": "vm"}
    return {**head, "body": logs.made.parameters(), **logs.request(), "msg": "twilio webhook"}


def _pino_message(logs: Logs) -> dict[str, Any]:
    head = {"level": 30, "time": logs.milliseconds(), "pid": 8846, "hostname": "vm"}
    return {**head, "msg": f"received {logs.made.form()}"}


def _pino_form(logs: Logs) -> dict[str, Any]:
    head = {"level": 30, "time": logs.milliseconds(), "pid": 8846, "hostname": "vm"}
    asked = {"id": logs.port(), **logs.request(), "remoteAddress": "127.0.0.1"}
    return {**head, "req": asked, "body": logs.made.form(), "responseTime": logs.port() % 90}


def _bunyan(logs: Logs) -> dict[str, Any]:
    head = {"name": "hooks", "hostname": "vm", "pid": 8846, "level": 30}
    asked = {**logs.request(), "remoteAddress": "127.0.0.1", "remotePort": logs.port()}
    body = logs.made.parameters()
    return {**head, "req": asked, "body": body, "msg": "", "time": logs.moment(), "v": 0}


def _winston(logs: Logs) -> dict[str, Any]:
    body = logs.made.parameters()
    return {"body": body, "level": "info", "message": "webhook", "timestamp": logs.moment()}


def _winston_message(logs: Logs) -> dict[str, Any]:
    message = "Twilio webhook received: " + json.dumps(logs.made.parameters())
    return {"level": "info", "message": message, "timestamp": logs.moment()}


def _structlog(logs: Logs) -> dict[str, Any]:
    moment = logs.moment()
    return {
        "form": logs.made.parameters(),
        "event": "webhook",
        "level": "info",
        "timestamp": moment,
    }


def _form_of_lists(logs: Logs) -> dict[str, Any]:
    form = {name: [value] for name, value in logs.made.parameters().items()}
    return {
        "ts": logs.milliseconds() / 1000,
        "caller": "main.go:31",
        "msg": "webhook",
        "form": form,
    }


def _flat(logs: Logs) -> dict[str, Any]:
    return {
        "level": "info",
        "ts": logs.moment(),
        **logs.made.parameters(),
        "request_id": logs.uuid(),
    }


def _monolog(logs: Logs) -> dict[str, Any]:
    return {
        "message": "Twilio webhook",
        "context": logs.made.parameters(),
        "level": 200,
        "level_name": "INFO",
        "channel": "local",
        "datetime": logs.moment("000+00:00"),
        "extra": {},
    }


def _nginx(logs: Logs) -> dict[str, Any]:
    return {
        "time": logs.made._dates()[0] + "+00:00",
        "request_method": "POST",
        "request_uri": _PATH,
        "host": _SERVER,
        "status": 204,
        "request_body": logs.made.form(),
        "http_x_twilio_signature": logs.signature(),
        "content_type": "application/x-www-form-urlencoded; charset=utf-8",
    }


def _gateway_rest(logs: Logs) -> dict[str, Any]:
    headers = {
        "Host": "ab12cd34ef.execute-api.us-east-1.amazonaws.com",
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "I-Twilio-Idempotency-Token": logs.uuid(),
        "X-Twilio-Signature": logs.signature(),
        "X-Amzn-Trace-Id": logs.trace(),
        "X-Forwarded-Proto": "https",
    }
    return {
        "resource": _PATH,
        "path": _PATH,
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "requestContext": {
            "resourcePath": _PATH,
            "httpMethod": "POST",
            "path": f"/prod{_PATH}",
            "stage": "prod",
            "domainName": headers["Host"],
            "requestTimeEpoch": logs.milliseconds(),
            "requestId": logs.uuid(),
            "identity": {"sourceIp": "198.51.100.7", "userAgent": "TwilioProxy/1.1"},
        },
        "body": logs.made.form(),
        "isBase64Encoded": False,
    }


def _gateway_http(logs: Logs) -> dict[str, Any]:
    headers = logs.headers(**{"x-forwarded-proto": "https", "x-amzn-trace-id": logs.trace()})
    return {
        "version": "2.0",
        "routeKey": f"POST {_PATH}",
        "rawPath": _PATH,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "domainName": _SERVER,
            "http": {"method": "POST", "path": _PATH, "sourceIp": "198.51.100.7"},
            "requestId": logs.uuid(),
            "stage": "$default",
            "timeEpoch": logs.milliseconds(),
        },
        "body": logs.made.form(),
        "isBase64Encoded": False,
    }


def _gateway_base64(logs: Logs) -> dict[str, Any]:
    event = _gateway_http(logs)
    body = base64.b64encode(event["body"].encode()).decode()
    return {**event, "body": body, "isBase64Encoded": True}


def _cloudwatch(logs: Logs) -> dict[str, Any]:
    moment, asked = logs.milliseconds(), logs.uuid()
    message = f"{logs.moment()}\t{asked}\tINFO\t{json.dumps(_gateway_http(logs))}\n"
    return {
        "logStreamName": "2026/07/30/[$LATEST]0a1b",
        "timestamp": moment,
        "message": message,
        "ingestionTime": moment + 90,
        "eventId": str(moment) * 3,
    }


def _cloudwatch_form(logs: Logs) -> dict[str, Any]:
    moment = logs.milliseconds()
    message = f"{logs.moment()}\t{logs.uuid()}\tINFO\t{logs.made.form()}\n"
    return {"timestamp": moment, "message": message, "ingestionTime": moment + 90}


def _docker(logs: Logs) -> dict[str, Any]:
    return {"log": f"{logs.made.form()}\n", "stream": "stdout", "time": logs.moment("123456Z")}


def _cloudflare(logs: Logs) -> dict[str, Any]:
    headers = {"x-twilio-signature": logs.signature(), "cf-ray": logs.uuid()[:16]}
    asked = {"url": f"https://{_SERVER}{_PATH}", "method": "POST", "headers": headers}
    moment = logs.milliseconds()
    noted = {"message": ["receipt", logs.made.form()], "level": "log", "timestamp": moment}
    answer = {"request": asked, "response": {"status": 204}}
    return {"outcome": "ok", "logs": [noted], "eventTimestamp": moment, "event": answer}


def _listed(logs: Logs) -> dict[str, Any]:
    """Return a webhook request with a header that came twice, as `listen` writes it."""
    entry = logs.made.logged()
    via = [f"{logs.uuid()}, 1.1 proxy", "1.1 other"]
    return {**entry, "headers": {**entry["headers"], "Via": via}}


def _proxied(logs: Logs) -> dict[str, Any]:
    exchange = logs.exchange()
    return {"received_at": logs.moment(), **exchange, "duration_ms": logs.port() / 1000}


def _noted_exchange(logs: Logs) -> dict[str, Any]:
    head = {"level": "info", "msg": "called twilio", "trace_id": logs.uuid(), "env": "test"}
    return {**head, "ts": logs.moment(), **logs.made.exchange(logs.made.page(4))}


def _noted_request(logs: Logs) -> dict[str, Any]:
    head = {"level": "info", "msg": "webhook", "trace_id": logs.uuid(), "ts": logs.moment()}
    return {**head, **logs.made.webhook()}


def _nested_request(logs: Logs) -> dict[str, Any]:
    head = {"level": "info", "msg": "webhook", "ts": logs.moment()}
    return {**head, "request": logs.made.webhook()}


def _object_request(logs: Logs) -> dict[str, Any]:
    return {**logs.made.webhook(), "body": logs.made.parameters()}


def _params_request(logs: Logs) -> dict[str, Any]:
    request = logs.made.webhook()
    return {"url": request["url"], "method": "POST", "params": logs.made.parameters()}


def _url_and_body(logs: Logs) -> dict[str, Any]:
    request = logs.made.webhook()
    return {"url": request["url"], "body": request["body"]}


def _by_get(logs: Logs) -> dict[str, Any]:
    request = logs.made.webhook()
    url = f"{request['url']}?{request['body']}"
    return {"url": url, "method": "GET", "headers": request["headers"]}


def _logged_by_get(logs: Logs) -> dict[str, Any]:
    return {"received_at": logs.moment(), **_by_get(logs), "answer": None}


def _header_lists(logs: Logs) -> dict[str, Any]:
    exchange = logs.exchange()
    for part in exchange.values():
        part["headers"] = {name: [value] for name, value in part["headers"].items()}
    return exchange


def _header_pairs(logs: Logs) -> dict[str, Any]:
    exchange = logs.exchange()
    for part in exchange.values():
        part["headers"] = [list(pair) for pair in part["headers"].items()]
    return exchange


def _wiremock_journal(logs: Logs) -> dict[str, Any]:
    exchange, moment = logs.exchange(), logs.milliseconds()
    asked = exchange["request"]
    url = asked["url"]
    return {
        "id": logs.uuid(),
        "request": {
            "url": url.partition("twilio.com")[2],
            "absoluteUrl": url,
            "method": "GET",
            "headers": asked["headers"],
            "loggedDate": moment,
            "loggedDateString": logs.moment(),
            "body": "",
        },
        "response": {**exchange["response"], "bodyAsBase64": ""},
        "wasMatched": True,
        "timing": {"totalTime": logs.port() % 90},
    }


def _nock(logs: Logs) -> dict[str, Any]:
    page = logs.made.page(4)
    return {
        "scope": "https://conversations.twilio.com:443",
        "method": "GET",
        "path": page["meta"]["url"].partition("twilio.com")[2],
        "body": "",
        "status": 200,
        "response": page,
        "rawHeaders": {"content-type": "application/json", "twilio-request-id": logs.uuid()},
    }


def _charles(logs: Logs) -> dict[str, Any]:
    page = logs.made.page(4)
    path, _, query = page["meta"]["url"].partition("twilio.com")[2].partition("?")
    text = json.dumps(page)
    return {
        "status": "COMPLETE",
        "method": "GET",
        "scheme": "https",
        "host": "conversations.twilio.com",
        "path": path,
        "query": query,
        "times": {"start": logs.moment(), "end": logs.moment()},
        "durations": {"total": logs.port() % 900},
        "request": {"header": {"headers": [{"name": "accept", "value": "*/*"}]}},
        "response": {
            "status": 200,
            "header": {"headers": [{"name": "twilio-request-id", "value": logs.uuid()}]},
            "body": {"text": text, "charset": "UTF-8"},
        },
    }


def _postman(logs: Logs) -> dict[str, Any]:
    page = logs.made.page(4)
    header = [{"key": "Content-Type", "value": "application/json"}]
    return {
        "name": "page",
        "originalRequest": {"method": "GET", "header": [], "url": {"raw": page["meta"]["url"]}},
        "status": "OK",
        "code": 200,
        "header": [*header, {"key": "Twilio-Request-Id", "value": logs.uuid()}],
        "body": json.dumps(page, indent=4),
    }


def _sorted(logs: Logs) -> dict[str, Any]:
    receipt: dict[str, Any] = dict(sorted(logs.made.receipt().items()))
    return receipt


def _kafka(logs: Logs) -> dict[str, Any]:
    head = {"topic": "hooks", "partition": 3, "offset": logs.milliseconds(), "key": None}
    return {**head, "payload": json.dumps(logs.made.parameters())}


def _receipt_logged(logs: Logs) -> dict[str, Any]:
    return {"level": "info", "ts": logs.moment(), "msg": "receipt", "receipt": logs.made.receipt()}


def _page_logged(logs: Logs) -> dict[str, Any]:
    return {"level": "info", "ts": logs.moment(), "msg": "receipts", "response": logs.made.page(4)}


def _snake_case(logs: Logs) -> dict[str, Any]:
    receipt = logs.made.receipt()
    row = {"event_type": "onDeliveryUpdated", "delivery_receipt_sid": receipt.pop("sid")}
    receipt.pop("url")
    return {**row, **receipt}


#: By name: what makes a record.
RECORDS: dict[str, Callable[[Logs], dict[str, Any]]] = {
    "pino, an object": _pino,
    "pino, in the message": _pino_message,
    "pino, a form": _pino_form,
    "bunyan": _bunyan,
    "winston": _winston,
    "winston, in the message": _winston_message,
    "structlog": _structlog,
    "zap, a form of lists": _form_of_lists,
    "parameters with members of a log": _flat,
    "monolog": _monolog,
    "nginx": _nginx,
    "API Gateway, REST": _gateway_rest,
    "API Gateway, HTTP": _gateway_http,
    "API Gateway, base64": _gateway_base64,
    "CloudWatch, events": _cloudwatch,
    "CloudWatch, forms": _cloudwatch_form,
    "Docker": _docker,
    "Cloudflare": _cloudflare,
    "Kafka": _kafka,
    "listen, a header twice": _listed,
    "proxy": _proxied,
    "exchanges with notes": _noted_exchange,
    "webhook requests with notes": _noted_request,
    "webhook requests within": _nested_request,
    "webhook requests of objects": _object_request,
    "webhook requests of params": _params_request,
    "URL and body": _url_and_body,
    "webhooks by GET": _by_get,
    "webhooks by GET in a log": _logged_by_get,
    "headers of lists": _header_lists,
    "headers of pairs": _header_pairs,
    "WireMock journal": _wiremock_journal,
    "nock": _nock,
    "Charles": _charles,
    "Postman examples": _postman,
    "receipts, sorted": _sorted,
    "receipts in a log": _receipt_logged,
    "pages in a log": _page_logged,
    "rows of a table": _snake_case,
}


def records(name: str, made: Traffic) -> Iterator[dict[str, Any]]:
    """Yield endless records of a layout."""
    logs = Logs(made)
    return (RECORDS[name](logs) for _ in iter(int, 1))


def lines(name: str, made: Traffic) -> Iterator[str]:
    """Yield endless lines of a layout."""
    return map(made.style.dumps, records(name, made))


def urls(made: Traffic) -> Iterator[str]:
    """Yield the URLs of webhooks by GET, one a line."""
    return (f"https://{_SERVER}{_PATH}?{urlencode(made.parameters())}" for _ in iter(int, 1))


def browser_entry(made: Traffic) -> dict[str, Any]:
    """Return an entry of a HAR as Chrome writes it, with its own members and times in floats."""
    rng = made._rng
    entry = made.har_entry(made.page(3))
    frame = {"url": "https://app.example.com/main.js", "columnNumber": rng.randint(1, 9999)}
    timings = {name: rng.random() * 90 for name in ("blocked", "send", "wait", "receive")}
    return {
        "_initiator": {"type": "script", "stack": {"callFrames": [frame]}},
        "_priority": "High",
        "_resourceType": "fetch",
        **entry,
        "connection": str(rng.randint(1, 99_999)),
        "pageref": f"page_{rng.randint(1, 9)}",
        "serverIPAddress": f"198.51.100.{rng.randint(1, 250)}",
        "time": rng.random() * 99,
        "timings": {**timings, "dns": -1, "_blocked_queueing": rng.random()},
    }


def called_entry(made: Traffic) -> dict[str, Any]:
    """Return an entry of a HAR for a webhook, as a proxy in front of the receiver writes it."""
    request, entry = made.webhook(), made.har_entry(made.page(1))
    sent = {"mimeType": "application/x-www-form-urlencoded", "text": request["body"], "params": []}
    headers = [{"name": name, "value": value} for name, value in request["headers"].items()]
    asked = {**entry["request"], "method": "POST", "url": request["url"], "headers": headers}
    answer = {"status": 204, "statusText": "", "headers": [], "content": {"size": 0, "text": ""}}
    return {
        **entry,
        "time": made._rng.random() * 99,
        "request": {**asked, "queryString": [], "postData": sent},
        "response": {**entry["response"], **answer, "bodySize": 0},
    }


def recorded(made: Traffic, *, naive: bool = False) -> dict[str, Any]:
    """Return an interaction with its time, as Ruby's VCR writes it; without a zone, as Betamax does."""
    rng, found = made._rng, made.interaction(made.page(3))
    clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"
    found["response"]["body"] = {"encoding": "UTF-8", **found["response"]["body"]}
    at = f"2026-07-30T{clock}" if naive else f"Thu, 30 Jul 2026 {clock} GMT"
    return {**found, "recorded_at": at}
