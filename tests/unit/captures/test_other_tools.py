"""Documents of tools without a sample, each with one clean observation and one wrong one."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from receiptkit.rules.examples import sample
from unit.captures.pairs import BAD, FORMS, PATHS, RECEIPTS, WEBHOOKS

Report = Callable[..., dict[str, Any]]
AS_LOG = ("pgcopy.txt", "psql-x.txt")


def sn(name: str) -> str:
    """Return a name in upper snake case."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).upper()


def documents() -> dict[str, str]:  # one after the other
    """Return a document of each tool, in its own shape."""
    found: dict[str, str] = {}

    def add(name: str, content: Any) -> None:
        found[name] = content if isinstance(content, str) else json.dumps(content, indent=1)

    bad, webhooks, forms, r, path = BAD, WEBHOOKS, FORMS, RECEIPTS, PATHS
    add(
        "hoverfly.json",
        {
            "data": {
                "pairs": [
                    {
                        "request": {
                            "path": [{"matcher": "exact", "value": path[i]}],
                            "method": [{"matcher": "exact", "value": "GET"}],
                            "destination": [
                                {"matcher": "exact", "value": "conversations.twilio.com"}
                            ],
                            "scheme": [{"matcher": "exact", "value": "https"}],
                            "body": [{"matcher": "exact", "value": ""}],
                        },
                        "response": {
                            "status": 200,
                            "body": json.dumps(r[i])
                            if i
                            else base64.b64encode(json.dumps(r[i]).encode()).decode(),
                            "encodedBody": not i,
                            "headers": {"Content-Type": ["application/json"]},
                            "templated": False,
                        },
                    }
                    for i in (0, 1)
                ],
                "globalActions": {"delays": []},
            },
            "meta": {"schemaVersion": "v5.2"},
        },
    )
    add(
        "hoverfly-journal.json",
        {
            "journal": [
                {
                    "request": {
                        "path": path[i],
                        "method": "GET",
                        "destination": "conversations.twilio.com",
                        "scheme": "https",
                        "query": "",
                        "body": "",
                        "headers": {"Accept": ["*/*"]},
                    },
                    "response": {
                        "status": 200,
                        "body": json.dumps(r[i]),
                        "encodedBody": False,
                        "headers": {"Content-Type": ["application/json"]},
                    },
                    "mode": "capture",
                    "timeStarted": "2026-07-30T02:14:47.202+02:00",
                    "latency": 3,
                }
                for i in (0, 1)
            ],
            "offset": 0,
            "total": 2,
        },
    )
    add(
        "charles.chlsj",
        [
            {
                "status": "COMPLETE",
                "method": "GET",
                "protocolVersion": "HTTP/1.1",
                "scheme": "https",
                "host": "conversations.twilio.com",
                "port": None,
                "actualPort": 443,
                "path": path[i],
                "query": None,
                "tunnel": False,
                "times": {"start": "2026-07-30T02:14:38.101Z"},
                "request": {
                    "sizes": {"headers": 1},
                    "mimeType": None,
                    "header": {
                        "firstLine": f"GET {path[i]} HTTP/1.1",
                        "headers": [{"name": "Host", "value": "conversations.twilio.com"}],
                    },
                },
                "response": {
                    "status": 200,
                    "mimeType": "application/json",
                    "charset": None,
                    "header": {
                        "firstLine": "HTTP/1.1 200 OK",
                        "headers": [{"name": "Content-Type", "value": "application/json"}],
                    },
                    "sizes": {"body": 1},
                    "body": {"text": json.dumps(r[i]), "charset": "utf-8"}
                    if i
                    else {
                        "encoding": "base64",
                        "encoded": base64.b64encode(json.dumps(r[i]).encode()).decode(),
                    },
                },
            }
            for i in (0, 1)
        ],
    )
    add(
        "hoppscotch.json",
        {
            "v": 12,
            "name": "c",
            "folders": [],
            "requests": [
                {
                    "v": "17",
                    "name": "r",
                    "method": "GET",
                    "endpoint": "<<base>>" + path[0],
                    "params": [],
                    "headers": [],
                    "auth": {"authType": "none"},
                    "body": {"contentType": None, "body": None},
                    "responses": {
                        f"ok {i}": {
                            "name": f"ok {i}",
                            "status": "OK",
                            "code": 200,
                            "headers": [{"key": "content-type", "value": "application/json"}],
                            "body": json.dumps(r[i]),
                            "originalRequest": {
                                "v": "6",
                                "name": "r",
                                "method": "GET",
                                "endpoint": "<<base>>" + path[i],
                                "headers": [],
                                "params": [],
                                "body": {"contentType": None, "body": None},
                            },
                        }
                        for i in (0, 1)
                    },
                }
            ],
            "auth": {},
            "headers": [],
        },
    )
    add(
        "mountebank.json",
        {
            "imposters": [
                {
                    "protocol": "http",
                    "port": 8080,
                    "numberOfRequests": 0,
                    "requests": [],
                    "stubs": [
                        {
                            "predicates": [
                                {"deepEquals": {"method": "GET"}},
                                {"deepEquals": {"path": path[i]}},
                            ],
                            "responses": [
                                {
                                    "is": {
                                        "statusCode": "200" if i else 200,
                                        "headers": {"Content-Type": "application/json"},
                                        "body": json.dumps(r[i]) if i else r[i],
                                    }
                                }
                            ],
                        }
                        for i in (0, 1)
                    ],
                }
            ]
        },
    )
    add(
        "mountebank-requests.json",
        {
            "protocol": "http",
            "port": 4545,
            "numberOfRequests": 2,
            "requests": [
                {
                    "requestFrom": "::ffff:1",
                    "method": "POST",
                    "path": "/twilio",
                    "query": {},
                    "headers": {"Host": "hooks.example.com", "X-Twilio-Signature": "x"},
                    "body": forms[i],
                    "form": webhooks[i],
                    "ip": "::1",
                    "timestamp": "2026-07-30T02:14:47.202Z",
                }
                for i in (0, 1)
            ],
            "stubs": [],
        },
    )
    add(
        "webhook-site.json",
        {
            "data": [
                {
                    "uuid": f"u{i}",
                    "type": "web",
                    "token_id": "t",
                    "ip": "1",
                    "hostname": "webhook.site",
                    "method": "POST",
                    "user_agent": "TwilioProxy/1.1",
                    "content": forms[i],
                    "query": None,
                    "headers": {
                        "host": ["webhook.site"],
                        "content-type": ["application/x-www-form-urlencoded"],
                        "x-twilio-signature": ["x"],
                    },
                    "url": "https://webhook.site/t",
                    "size": 489,
                    "files": None,
                    "created_at": f"2026-07-30 02:14:{50 - i}",
                    "request": webhooks[i],
                }
                for i in (1, 0)
            ],
            "total": 2,
            "per_page": 50,
            "is_last_page": True,
        },
    )
    add(
        "hookdeck.json",
        {
            "pagination": {},
            "count": 2,
            "models": [
                {
                    "id": "req",
                    "verified": True,
                    "source_id": "src",
                    "ingested_at": f"2026-07-30T02:14:{50 - i}.202Z",
                    "data": {
                        "path": "/",
                        "query": "",
                        "parsed_query": {},
                        "headers": {
                            "host": "hkdk.events",
                            "content-type": "application/x-www-form-urlencoded",
                            "x-twilio-signature": "x",
                        },
                        "body": webhooks[i],
                        "is_large_payload": False,
                    },
                }
                for i in (1, 0)
            ],
        },
    )
    add(
        "pipedream.json",
        [
            {
                "method": "POST",
                "path": "/",
                "query": {},
                "headers": {"host": "eo.m.pipedream.net"},
                "bodyRaw": forms[i],
                "url": "https://eo.m.pipedream.net/",
                "body": webhooks[i],
                "client_ip": "1",
            }
            for i in (0, 1)
        ],
    )
    add(
        "rails.log",
        "".join(
            "I, [2026-07-30T02:14:38.101 #1]  INFO -- : [r] Processing by HooksController#create as */*\nI, [2026-07-30T02:14:38.101 #1]  INFO -- : [r]   Parameters: {"
            + ", ".join(f'"{k}"=>"{v}"' for k, v in x.items())
            + "}\n"
            for x in webhooks
        ),
    )
    add(
        "rails34.log",
        "".join(
            "Parameters: {"
            + ", ".join(f'"{k}" => "{v}"' for k, v in x.items())
            + ', "controller" => "hooks"}\n'
            for x in webhooks
        ),
    )
    add(
        "zap.ndjson",
        "".join(
            json.dumps(
                {
                    "level": "info",
                    "ts": 1.5,
                    "caller": "x.go:1",
                    "msg": "hook",
                    "form": {k: [v] for k, v in x.items()},
                }
            )
            + "\n"
            for x in webhooks
        ),
    )
    add(
        "gomap.log",
        "".join(
            "2026/07/30 02:14:38 form: map[" + " ".join(f"{k}:[{v}]" for k, v in x.items()) + "]\n"
            for x in webhooks
        ),
    )
    add(
        "logfmt.log",
        "".join(
            "time=2026-07-30T02:14:38Z level=info msg=hook "
            + " ".join(f"{k}={v}" for k, v in x.items())
            + "\n"
            for x in webhooks
        ),
    )
    add(
        "multidict.log",
        "".join(
            "INFO ImmutableMultiDict(["
            + ", ".join(f"('{k}', '{v}')" for k, v in x.items())
            + "])\n"
            for x in webhooks
        ),
    )
    add(
        "querydict.log",
        "".join(
            "INFO <QueryDict: {" + ", ".join(f"'{k}': ['{v}']" for k, v in x.items()) + "}>\n"
            for x in webhooks
        ),
    )
    add(
        "loki.json",
        {
            "status": "success",
            "data": {
                "resultType": "streams",
                "result": [
                    {
                        "stream": {"app": "hooks"},
                        "values": [
                            ["1785377687202000000", json.dumps({"msg": "x", "body": bad})],
                            ["1785377678101000000", "received " + forms[0]],
                        ],
                    }
                ],
            },
        },
    )
    add(
        "splunk.ndjson",
        "".join(
            json.dumps(
                {
                    "preview": False,
                    "offset": i,
                    "result": {"_time": "t", "_raw": "hook " + json.dumps(webhooks[i])},
                }
            )
            + "\n"
            for i in (0, 1)
        ),
    )
    add(
        "docker.log",
        "".join(
            json.dumps({"log": "hook " + json.dumps(x) + "\n", "stream": "stdout", "time": "t"})
            + "\n"
            for x in webhooks
        ),
    )
    add(
        "cri.log",
        "".join(
            "2026-07-30T02:14:38.101Z stdout F " + json.dumps({"body": f}) + "\n" for f in forms
        ),
    )
    add(
        "kafka.ndjson",
        "".join(
            json.dumps(
                {
                    "topic": "t",
                    "partition": 0,
                    "offset": i,
                    "key": None,
                    "payload": json.dumps(webhooks[i]),
                }
            )
            + "\n"
            for i in (0, 1)
        ),
    )
    add(
        "segment.ndjson",
        "".join(
            json.dumps(
                {
                    "type": "track",
                    "event": "Receipt",
                    "properties": x,
                    "messageId": "m",
                    "timestamp": "t",
                }
            )
            + "\n"
            for x in webhooks
        ),
    )
    add(
        "snowflake.ndjson",
        "".join(
            json.dumps(
                {
                    "ID": i,
                    **{sn(k): (0 if k == "RetryCount" else v) for k, v in x.items()},
                    "ERROR_CODE": None,
                }
            )
            + "\n"
            for i, x in enumerate(webhooks)
        ),
    )
    add(
        "pgcopy.txt",
        "".join(f"{i}\thttps://x\t{json.dumps(x)}\t\\N\n" for i, x in enumerate(webhooks)),
    )
    add(
        "netlify.ndjson",
        "".join(
            json.dumps(
                {
                    "rawUrl": "https://x.netlify.app/.netlify/functions/hook",
                    "rawQuery": "",
                    "path": "/x",
                    "httpMethod": "POST",
                    "headers": {"host": "x.netlify.app", "x-twilio-signature": "y"},
                    "body": base64.b64encode(f.encode()).decode(),
                    "isBase64Encoded": True,
                }
            )
            + "\n"
            for f in forms
        ),
    )
    add(
        "azure-handler.ndjson",
        "".join(
            json.dumps(
                {
                    "Data": {
                        "req": {
                            "Url": "https://x.azurewebsites.net/api/hook",
                            "Method": "POST",
                            "Query": {},
                            "Headers": {
                                "Host": ["x.azurewebsites.net"],
                                "X-Twilio-Signature": ["s"],
                            },
                            "Params": {},
                            "Body": f,
                        }
                    },
                    "Metadata": {},
                }
            )
            + "\n"
            for f in forms
        ),
    )
    add(
        "appinsights.json",
        {
            "tables": [
                {
                    "rows": [
                        {
                            "itemType": "trace",
                            "message": "hook",
                            "customDimensions": json.dumps({"body": json.dumps(x)}),
                        }
                        for x in webhooks
                    ]
                }
            ]
        },
    )
    add(
        "vercel.ndjson",
        "".join(
            json.dumps(
                {
                    "id": "i",
                    "projectId": "p",
                    "deploymentId": "d",
                    "source": "lambda",
                    "message": "START\nhook " + json.dumps(x) + "\nEND",
                    "proxy": {"method": "POST", "scheme": "https", "host": "h", "path": "/p"},
                }
            )
            + "\n"
            for x in webhooks
        ),
    )
    add(
        "cloudwatch-sub.json",
        {
            "awslogs": {
                "data": base64.b64encode(
                    gzip.compress(
                        json.dumps(
                            {
                                "messageType": "DATA_MESSAGE",
                                "logEvents": [
                                    {"id": "1", "message": json.dumps(x)} for x in webhooks
                                ],
                            }
                        ).encode()
                    )
                ).decode()
            }
        },
    )
    add(
        "tail.ndjson",
        "\n".join(
            json.dumps(
                {
                    "outcome": "ok",
                    "scriptName": "h",
                    "logs": [{"message": ["x", f]}],
                    "event": {
                        "request": {
                            "url": "https://h.workers.dev/t",
                            "method": "POST",
                            "headers": {"x-twilio-signature": "s"},
                        },
                        "response": {"status": 204},
                    },
                },
                indent=2,
            )
            for f in forms
        ),
    )
    add(
        "postman-v1.json",
        {
            "id": "c",
            "name": "n",
            "requests": [
                {
                    "id": "r",
                    "url": "https://conversations.twilio.com" + path[0],
                    "method": "GET",
                    "responses": [
                        {
                            "request": {
                                "url": "https://conversations.twilio.com" + path[i],
                                "method": "GET",
                            },
                            "status": "",
                            "responseCode": {"code": 200, "name": "OK"},
                            "text": json.dumps(r[i]),
                            "headers": [{"key": "Content-Type", "value": "application/json"}],
                        }
                        for i in (0, 1)
                    ],
                }
            ],
        },
    )
    add(
        "mockserver-list.json",
        [
            {
                "httpRequest": {
                    "method": "GET",
                    "path": path[i],
                    "headers": [{"name": "Host", "values": ["x"]}],
                },
                "httpResponse": {
                    "statusCode": 200,
                    "headers": [{"name": "Content-Type", "values": ["application/json"]}],
                    "body": {"type": "JSON", "json": r[i]}
                    if i
                    else {"type": "JSON", "json": json.dumps(r[i])},
                },
            }
            for i in (0, 1)
        ],
    )
    add(
        "nock-gzip.json",
        [
            {
                "scope": "https://conversations.twilio.com:443",
                "method": "GET",
                "path": path[i],
                "body": "",
                "status": 200,
                "response": [gzip.compress(json.dumps(r[i]).encode()).hex()] if i else r[i],
                "rawHeaders": ["Content-Type", "application/json", "Content-Encoding", "gzip"],
                "responseIsBinary": False,
            }
            for i in (0, 1)
        ],
    )
    add(
        "pact-v4b64.json",
        {
            "consumer": {"name": "a"},
            "provider": {"name": "b"},
            "interactions": [
                {
                    "type": "Synchronous/HTTP",
                    "description": "d",
                    "request": {"method": "GET", "path": path[i]},
                    "response": {
                        "status": 200,
                        "headers": {"Content-Type": ["application/json"]},
                        "body": {
                            "content": base64.b64encode(json.dumps(r[i]).encode()).decode(),
                            "contentType": "application/json",
                            "encoded": "base64",
                        }
                        if i
                        else {"content": r[i], "contentType": "application/json", "encoded": False},
                    },
                }
                for i in (0, 1)
            ],
            "metadata": {"pactSpecification": {"version": "4.0"}},
        },
    )
    add(
        "rvcr2.yml",
        "http_interactions:\n"
        + "".join(
            f"- request:\n    method: GET\n    uri: https://conversations.twilio.com{path[i]}\n  response:\n    status: 200\n    headers:\n      content-type: application/json\n    body:\n      raw_gzip: {base64.b64encode(zlib.compress(json.dumps(r[i]).encode())).decode()}\n  recorded_at: 2026-01-01 00:00:00\n"
            for i in (0, 1)
        )
        + "recorded_with: vcr/2.1.0\n",
    )
    add(
        "psql-x.txt",
        "".join(f"-[ RECORD {i + 1} ]\nid   | {i}\nbody | {f}\n" for i, f in enumerate(forms)),
    )
    add(
        "loguru.ndjson",
        "".join(
            json.dumps(
                {
                    "text": "2026 | INFO | m - hook " + json.dumps(x) + "\n",
                    "record": {"message": "hook " + json.dumps(x), "level": {"name": "INFO"}},
                }
            )
            + "\n"
            for x in webhooks
        ),
    )
    add(
        "serilog.ndjson",
        "".join(
            json.dumps({"@t": "t", "@mt": "Webhook {Form}", "Form": x}) + "\n" for x in webhooks
        ),
    )
    add(
        "ecs.ndjson",
        "".join(
            json.dumps(
                {
                    "@timestamp": "t",
                    "ecs.version": "1.6",
                    "message": "hook",
                    "http": {"request": {"body": {"content": f}, "method": "POST"}},
                    "url": {"full": "https://h/x"},
                }
            )
            + "\n"
            for f in forms
        ),
    )
    add(
        "sns-lambda.json",
        {
            "Records": [
                {
                    "EventSource": "aws:sns",
                    "Sns": {
                        "Type": "Notification",
                        "Message": json.dumps(
                            {
                                "headers": {"x": "y"},
                                "body": base64.b64encode(f.encode()).decode(),
                                "isBase64Encoded": True,
                            }
                        ),
                    },
                }
                for f in forms
            ]
        },
    )
    return found


DOCUMENTS = documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_finds_the_lie_in_a_document(tmp_path: Path, report: Report, name: str) -> None:
    """The one wrong value is found, both observations are checked, and nothing else is reported."""
    path = tmp_path / name
    path.write_text(DOCUMENTS[name])
    judged = report(*(("--as", "log") if name in AS_LOG else ()), path)
    assert judged["summary"]["checked"] == 2
    assert [(each["rule"], each["pointer"].capitalize()) for each in judged["findings"]] == [
        ("schema.enum", "/status")
    ]


def test_counts_a_response_without_a_body(tmp_path: Path, report: Report) -> None:
    """Of several responses of ours in a document, one whose body is missing is left unchecked."""
    url = sample("receipt")["url"]
    request = {"method": "GET", "url": url}
    items = [
        {"request": request, "response": {"status": 200, "body": sample("receipt")}},
        {"request": request, "response": {"status": 200}},
    ]
    path = tmp_path / "mappings.json"
    path.write_text(json.dumps({"mappings": items}))
    summary = report(path)["summary"]
    assert (summary["checked"], summary["unchecked_reasons"]) == (1, {"no body was captured": 1})
