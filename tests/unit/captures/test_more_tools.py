"""Documented captures of tools, versions and logs, each with one clean observation and one wrong one."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from unit.captures.pairs import FORMS, GOOD, PATHS, RECEIPTS, URLS, WEBHOOKS, base64_of

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]
#: What is read as a log, where `--as` says so; the message about each names the option.
AS_LOG = (
    "airflow-xcom.json",
    "cloudwatch-tail.txt",
    "slog.ndjson",
    "structlog-str.ndjson",
)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def documents() -> dict[str, bytes]:  # noqa: PLR0915 # one after the other
    """Return a capture of each kind, in its own shape."""
    found: dict[str, bytes] = {}

    def add(name: str, content: Any) -> None:
        text = content if isinstance(content, (str, bytes)) else json.dumps(content, indent=1)
        found[name] = text.encode() if isinstance(text, str) else text

    def nd(name: str, rows: list[Any]) -> None:
        add(name, "".join(json.dumps(row) + "\n" for row in rows))

    headers = {
        "Host": "hooks.example.com",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": "x",
    }

    # -- R
    def har(i: int, **c: Any) -> dict[str, Any]:
        return {
            "startedDateTime": "2026-07-30T02:14:38.101Z",
            "time": 1,
            "request": {
                "method": "GET",
                "url": URLS[i],
                "httpVersion": "HTTP/1.1",
                "headers": [],
                "queryString": [],
                "cookies": [],
                "headersSize": -1,
                "bodySize": 0,
            },
            "response": {
                "status": 200,
                "statusText": "OK",
                "httpVersion": "HTTP/1.1",
                "headers": [{"name": "content-type", "value": "application/json"}],
                "cookies": [],
                "content": c,
                "redirectURL": "",
                "headersSize": -1,
                "bodySize": -1,
            },
            "cache": {},
            "timings": {"send": 0, "wait": 1, "receive": 0},
        }

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for i in (0, 1):
            file.writestr(f"{'ab'[i] * 40}.json", json.dumps(RECEIPTS[i]))
        file.writestr(
            "har.har",
            json.dumps(
                {
                    "log": {
                        "version": "1.2",
                        "creator": {"name": "Playwright", "version": "1.49.0"},
                        "entries": [
                            har(
                                i,
                                size=-1,
                                mimeType="application/json",
                                _file=f"{'ab'[i] * 40}.json",
                            )
                            for i in (0, 1)
                        ],
                    }
                }
            ),
        )
    add("playwright149.zip", archive.getvalue())
    add(
        "fiddler-export.har",
        b"\xef\xbb\xbf"
        + json.dumps(
            {
                "log": {
                    "version": "1.2",
                    "creator": {"name": "Fiddler", "version": "5.0"},
                    "pages": [],
                    "comment": "exported",
                    "entries": [
                        har(
                            i,
                            size=len(json.dumps(RECEIPTS[i])),
                            compression=0,
                            mimeType="application/json; charset=utf-8",
                            text=json.dumps(RECEIPTS[i]),
                        )
                        for i in (0, 1)
                    ],
                }
            }
        ).encode(),
    )
    add(
        "insomnia.har",
        {
            "log": {
                "version": "1.2",
                "creator": {
                    "name": "Insomnia REST Client",
                    "version": "insomnia.desktop.app:v11.0.0",
                },
                "entries": [
                    har(
                        i,
                        size=600,
                        mimeType="application/json",
                        text=json.dumps(RECEIPTS[i], indent=2),
                    )
                    for i in (0, 1)
                ],
            }
        },
    )
    add(
        "insomnia-v4-mock.json",
        {
            "_type": "export",
            "__export_format": 4,
            "__export_source": "insomnia.desktop.app:v9",
            "resources": [
                {
                    "_id": f"mock-route_{i}",
                    "_type": "mock_route",
                    "parentId": "mock_1",
                    "name": PATHS[i],
                    "method": "GET",
                    "statusCode": 200,
                    "statusText": "",
                    "headers": [],
                    "mimeType": "application/json",
                    "body": json.dumps(RECEIPTS[i]),
                }
                for i in (0, 1)
            ],
        },
    )
    add(
        "wiremock-messages.json",
        {
            "requests": [
                {
                    "id": "a",
                    "request": {
                        "url": PATHS[i],
                        "absoluteUrl": "http://localhost:8080" + PATHS[i],
                        "method": "GET",
                        "clientIp": "127.0.0.1",
                        "headers": {"Host": "localhost:8080"},
                        "cookies": {},
                        "browserProxyRequest": False,
                        "loggedDate": 1785377678101 - i,
                        "bodyAsBase64": "",
                        "body": "",
                        "protocol": "HTTP/1.1",
                        "scheme": "http",
                        "host": "localhost",
                        "port": 8080,
                        "loggedDateString": "2026-07-30T02:14:38Z",
                        "queryParams": {},
                        "formParams": {},
                    },
                    "responseDefinition": {"status": 200, "jsonBody": RECEIPTS[i]},
                    "response": {
                        "status": 200,
                        "headers": {"Content-Type": "application/json"},
                        "bodyAsBase64": base64_of(json.dumps(RECEIPTS[i])),
                        "body": json.dumps(RECEIPTS[i]),
                    },
                    "wasMatched": True,
                    "timing": {"addedDelay": 0},
                }
                for i in (1, 0)
            ],
            "meta": {"total": 2},
        },
    )
    add(
        "mockoon.json",
        {
            "uuid": "a",
            "lastMigration": 33,
            "name": "twilio",
            "port": 3000,
            "hostname": "",
            "routes": [
                {
                    "uuid": f"r{i}",
                    "type": "http",
                    "method": "get",
                    "endpoint": PATHS[i][1:],
                    "responses": [
                        {
                            "uuid": "x",
                            "body": json.dumps(RECEIPTS[i]),
                            "latency": 0,
                            "statusCode": 200,
                            "label": "",
                            "headers": [{"key": "Content-Type", "value": "application/json"}],
                            "bodyType": "INLINE",
                            "filePath": "",
                            "rules": [],
                            "default": True,
                        }
                    ],
                }
                for i in (0, 1)
            ],
        },
    )
    add(
        "mockserver8.json",
        [
            {
                "id": "a",
                "priority": 0,
                "httpRequest": {"method": "GET", "path": PATHS[i]},
                "httpResponse": {
                    "statusCode": 200,
                    "reasonPhrase": "OK",
                    "headers": {"content-type": ["application/json"]},
                    "body": {"type": "JSON", "json": RECEIPTS[i]},
                },
                "times": {"unlimited": True},
                "timeToLive": {"unlimited": True},
            }
            for i in (0, 1)
        ],
    )
    add(
        "mockserver-string.json",
        [
            {
                "httpRequest": {"method": "GET", "path": PATHS[i]},
                "httpResponse": {
                    "statusCode": 200,
                    "headers": [{"name": "Content-Type", "values": ["application/json"]}],
                    "body": {
                        "type": "STRING",
                        "string": json.dumps(RECEIPTS[i]),
                        "contentType": "application/json",
                        "rawBytes": base64_of(json.dumps(RECEIPTS[i])),
                    },
                },
            }
            for i in (0, 1)
        ],
    )
    add(
        "karate.json",
        {
            "calls": [
                {
                    "request": {"url": URLS[i], "method": "GET", "headers": {}},
                    "response": {
                        "status": 200,
                        "headers": {"Content-Type": ["application/json"]},
                        "body": RECEIPTS[i],
                    },
                    "startTime": 1,
                    "endTime": 2,
                }
                for i in (0, 1)
            ]
        },
    )
    add(
        "talend.json",
        {
            "version": 6,
            "entities": [
                {
                    "entity": {
                        "type": "Request",
                        "method": {"name": "GET"},
                        "uri": {
                            "scheme": {"name": "https"},
                            "host": "conversations.twilio.com",
                            "path": PATHS[i],
                        },
                        "response": {"status": 200, "body": json.dumps(RECEIPTS[i])},
                        "name": "x",
                    }
                }
                for i in (0, 1)
            ],
        },
    )
    add(
        "thunder.json",
        {
            "clientName": "Thunder Client",
            "collectionName": "t",
            "requests": [
                {
                    "_id": str(i),
                    "name": "r",
                    "url": URLS[i],
                    "method": "GET",
                    "headers": [],
                    "responses": [
                        {
                            "_id": "q",
                            "name": "ok",
                            "status": 200,
                            "headers": [{"name": "content-type", "value": "application/json"}],
                            "body": json.dumps(RECEIPTS[i]),
                        }
                    ],
                }
                for i in (0, 1)
            ],
        },
    )
    add(
        "postman-v2.0.json",
        {
            "info": {
                "name": "c",
                "schema": "https://schema.getpostman.com/json/collection/v2.0.0/collection.json",
            },
            "item": [
                {
                    "name": "f",
                    "item": [
                        {
                            "name": "r",
                            "request": {"method": "GET", "url": "{{base}}" + PATHS[i]},
                            "response": [
                                {
                                    "name": "ok",
                                    "originalRequest": {
                                        "method": "GET",
                                        "header": [],
                                        "url": "{{base}}" + PATHS[i],
                                    },
                                    "status": "OK",
                                    "code": 200,
                                    "_postman_previewlanguage": "json",
                                    "header": [
                                        {"key": "Content-Type", "value": "application/json"}
                                    ],
                                    "cookie": [],
                                    "body": json.dumps(RECEIPTS[i], indent=4),
                                }
                            ],
                        }
                        for i in (0, 1)
                    ],
                }
            ],
        },
    )
    add(
        "cypress-intercept.json",
        [
            {
                "method": "GET",
                "url": URLS[i],
                "statusCode": 200,
                "headers": {"content-type": "application/json"},
                "body": RECEIPTS[i],
            }
            for i in (0, 1)
        ],
    )
    add(
        "nock14.json",
        [
            {
                "scope": "https://conversations.twilio.com:443",
                "method": "GET",
                "path": PATHS[i],
                "body": "",
                "status": 200,
                "response": RECEIPTS[i],
                "rawHeaders": ["Content-Type", "application/json", "X", "y"],
                "responseIsBinary": False,
            }
            for i in (0, 1)
        ],
    )
    add(
        "vcr-node.yaml",
        yaml.safe_dump(
            {
                "version": 1,
                "interactions": [
                    {
                        "request": {"method": "GET", "uri": URLS[i], "body": None, "headers": {}},
                        "response": {
                            "status": {"code": 200, "message": "OK"},
                            "headers": {"Content-Type": ["application/json"]},
                            "body": {"string": json.dumps(RECEIPTS[i])},
                        },
                    }
                    for i in (0, 1)
                ],
            }
        ),
    )
    add(
        "go-vcr-json.json",
        {
            "version": 2,
            "interactions": [
                {
                    "id": i,
                    "request": {
                        "proto": "HTTP/1.1",
                        "content_length": 0,
                        "host": "conversations.twilio.com",
                        "body": "",
                        "form": {},
                        "headers": {},
                        "url": URLS[i],
                        "method": "GET",
                    },
                    "response": {
                        "proto": "HTTP/2.0",
                        "transfer_encoding": [],
                        "content_length": -1,
                        "uncompressed": True,
                        "body": json.dumps(RECEIPTS[i]),
                        "headers": {"Content-Type": ["application/json"]},
                        "status": "200 OK",
                        "code": 200,
                        "duration": "1ms",
                    },
                }
                for i in (0, 1)
            ],
        },
    )
    add(
        "betamax-b64.json",
        {
            "http_interactions": [
                {
                    "request": {
                        "body": {"encoding": "utf-8", "base64_string": ""},
                        "headers": {},
                        "method": "GET",
                        "uri": URLS[i],
                    },
                    "response": {
                        "body": {
                            "encoding": "utf-8",
                            "base64_string": base64_of(
                                gzip.compress(json.dumps(RECEIPTS[i]).encode())
                            ),
                        },
                        "headers": {
                            "Content-Type": ["application/json"],
                            "Content-Encoding": ["gzip"],
                        },
                        "status": {"code": 200, "message": "OK"},
                        "url": URLS[i],
                    },
                    "recorded_at": "2026-01-01T00:00:00",
                }
                for i in (0, 1)
            ],
            "recorded_with": "betamax/0.9.0",
        },
    )
    add(
        "scotch.json",
        [
            {
                "id": "a",
                "recordedAt": "2026-01-01T00:00:00",
                "request": {
                    "method": "GET",
                    "uri": URLS[i],
                    "requestHeaders": {},
                    "contentHeaders": {},
                    "body": None,
                },
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "responseHeaders": {},
                    "contentHeaders": {"Content-Type": "application/json"},
                    "body": json.dumps(RECEIPTS[i]),
                    "httpVersion": "1.1",
                },
            }
            for i in (0, 1)
        ],
    )
    add(
        "easyvcr.json",
        [
            {
                "duration": 3,
                "recordedAt": "2026-01-01",
                "request": {
                    "body": "",
                    "bodyContentType": "Text",
                    "headers": {},
                    "method": "GET",
                    "uri": URLS[i],
                },
                "response": {
                    "body": json.dumps(RECEIPTS[i]),
                    "bodyContentType": "Json",
                    "headers": {},
                    "httpVersion": "HTTP/1.1",
                    "status": {"code": 200, "message": "OK"},
                },
            }
            for i in (0, 1)
        ],
    )
    add(
        "keploy.yaml",
        "".join(
            "---\n" * bool(i)
            + yaml.safe_dump(
                {
                    "version": "api.keploy.io/v1beta1",
                    "kind": "Http",
                    "name": f"mock-{i}",
                    "spec": {
                        "metadata": {},
                        "req": {
                            "method": "GET",
                            "url": URLS[i],
                            "header": {"Accept": "*/*"},
                            "body": "",
                        },
                        "resp": {
                            "status_code": 200,
                            "header": {"Content-Type": "application/json"},
                            "body": json.dumps(RECEIPTS[i]),
                            "status_message": "OK",
                        },
                    },
                }
            )
            for i in (0, 1)
        ),
    )
    add(
        "httptoolkit.har",
        {
            "log": {
                "version": "1.2",
                "creator": {"name": "HTTP Toolkit", "version": "1.19"},
                "entries": [
                    {
                        **har(0, size=0, mimeType="text/plain", text=""),
                        "request": {
                            "method": "POST",
                            "url": "https://hooks.example.com/t",
                            "headers": [
                                {
                                    "name": "content-type",
                                    "value": "application/x-www-form-urlencoded",
                                }
                            ],
                            "queryString": [],
                            "cookies": [],
                            "postData": {
                                "mimeType": "application/x-www-form-urlencoded",
                                "params": [{"name": k, "value": v} for k, v in WEBHOOKS[i].items()],
                            },
                        },
                    }
                    for i in (0, 1)
                ],
            }
        },
    )
    # -- Q
    add(
        "n8n.json",
        [
            {
                "headers": headers,
                "params": {},
                "query": {},
                "body": WEBHOOKS[i],
                "webhookUrl": "https://n8n.example.com/webhook/x",
                "executionMode": "production",
            }
            for i in (0, 1)
        ],
    )
    add("make.json", [{"EventType": x["EventType"], **x} for x in WEBHOOKS])
    add(
        "requestbin-sse.txt",
        "".join(
            f"event: message\ndata: {json.dumps({'method': 'POST', 'path': '/x', 'headers': headers, 'body': f})}\n\n"
            for f in FORMS
        ),
    )
    nd(
        "gcf-express.ndjson",
        [
            {
                "severity": "INFO",
                "httpRequest": {"requestMethod": "POST", "requestUrl": "https://f.example.com/t"},
                "message": "hook",
                "rawBody": {"type": "Buffer", "data": list(f.encode())},
            }
            for f in FORMS
        ],
    )
    add(
        "beeceptor.json",
        [
            {
                "method": "POST",
                "url": "/t",
                "requestHeaders": headers,
                "requestBody": f,
                "responseStatus": 200,
                "time": f"2026-07-30T02:14:3{9 - i}.000Z",
            }
            for i, f in enumerate(FORMS)
        ],
    )
    add(
        "requestcatcher.json",
        [
            {
                "time": "t",
                "host": "x",
                "path": "/t",
                "headers": {"X-Twilio-Signature": ["x"]},
                "content_length": 400,
                "remote_addr": "1",
                "form": {k: [v] for k, v in w.items()},
                "body": "",
                "method": "POST",
            }
            for w in WEBHOOKS
        ],
    )
    add(
        "typedwebhook.json",
        [
            {"id": i, "request": {"method": "POST", "headers": headers, "body": f}}
            for i, f in enumerate(FORMS)
        ],
    )
    add(
        "apigw-ws.json",
        [
            {
                "resource": "/t",
                "path": "/t",
                "httpMethod": "POST",
                "headers": headers,
                "multiValueHeaders": {k: [v] for k, v in headers.items()},
                "queryStringParameters": None,
                "requestContext": {
                    "resourcePath": "/t",
                    "stage": "prod",
                    "path": "/prod/t",
                    "identity": {"userAgent": "TwilioProxy/1.1"},
                    "domainName": "x.execute-api.us-east-1.amazonaws.com",
                },
                "body": f,
                "isBase64Encoded": False,
            }
            for f in FORMS
        ],
    )
    add(
        "lambda-sqs-fifo.json",
        {
            "Records": [
                {
                    "messageId": "a",
                    "receiptHandle": "b",
                    "body": json.dumps(
                        {
                            "rawPath": "/t",
                            "requestContext": {"http": {"method": "POST"}},
                            "headers": {"host": "h.example.com"},
                            "body": base64_of(f),
                            "isBase64Encoded": True,
                        }
                    ),
                    "attributes": {"SentTimestamp": "1"},
                    "eventSource": "aws:sqs",
                }
                for f in FORMS
            ]
        },
    )
    # -- S
    nd(
        "kinesis-firehose.ndjson",
        [{"records": [{"recordId": "a", "data": base64_of(json.dumps(w))}]} for w in WEBHOOKS],
    )
    nd(
        "eventbridge-pipe.ndjson",
        [
            {
                "version": "0",
                "id": "a",
                "detail-type": "hook",
                "source": "app",
                "time": "t",
                "detail": {"payload": w},
            }
            for w in WEBHOOKS
        ],
    )
    add(
        "sns-http.ndjson",
        "".join(
            json.dumps(
                {
                    "Type": "Notification",
                    "MessageId": "a",
                    "TopicArn": "arn",
                    "Message": f,
                    "Timestamp": "t",
                    "SignatureVersion": "1",
                }
            )
            + "\n"
            for f in FORMS
        ),
    )
    add(
        "rabbit.json",
        [
            {
                "payload_bytes": 400,
                "redelivered": False,
                "exchange": "x",
                "routing_key": "",
                "message_count": 0,
                "properties": {},
                "payload": json.dumps(w),
                "payload_encoding": "string",
            }
            for w in WEBHOOKS
        ],
    )
    add(
        "nats.json",
        [{"subject": "t", "data": base64_of(FORMS[i]), "hdrs": base64_of("x")} for i in (0, 1)],
    )
    add("redis-stream.json", [["1-0", ["body", FORMS[0]]], ["2-0", ["body", FORMS[1]]]])
    add(
        "celery.json",
        [
            {
                "body": base64_of(json.dumps([[w], {}, {}])),
                "headers": {"lang": "py", "task": "hook"},
                "content-type": "application/json",
            }
            for w in WEBHOOKS
        ],
    )
    add(
        "sidekiq.json",
        [
            {"class": "HookJob", "args": [w], "queue": "default", "jid": "a", "created_at": 1}
            for w in WEBHOOKS
        ],
    )
    add(
        "mongo-export.json",
        "".join(
            json.dumps(
                {"_id": {"$oid": "65"}, "at": {"$date": "2026-07-30T02:14:38Z"}, "params": w}
            )
            + "\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "dynamodb.json",
        {
            "Items": [{k: {"S": v} for k, v in {"id": "1", **w}.items()} for w in WEBHOOKS],
            "Count": 2,
        },
    )
    add(
        "firestore.json",
        {
            "documents": [
                {"name": "a", "fields": {k: {"stringValue": v} for k, v in w.items()}}
                for w in WEBHOOKS
            ]
        },
    )
    add(
        "elastic.json",
        {
            "took": 1,
            "hits": {
                "total": {"value": 2},
                "hits": [
                    {
                        "_index": "x",
                        "_id": "1",
                        "_source": {"@timestamp": "t", "message": "x", "twilio": w},
                    }
                    for w in WEBHOOKS
                ],
            },
        },
    )
    add(
        "kibana.csv",
        "@timestamp,message\n"
        + "".join(
            '"Jul 30, 2026 @ 02:14:38.101","hook ' + json.dumps(w).replace('"', '""') + '"\n'
            for w in WEBHOOKS
        ),
    )
    add(
        "datadog.csv",
        "Date,Host,Service,Content\n"
        + "".join(
            '2026-07-30T02:14:38Z,h,s,"'
            + json.dumps({"msg": "x", "body": w}).replace('"', '""')
            + '"\n'
            for w in WEBHOOKS
        ),
    )
    add(
        "cloudwatch-export.log",
        "".join(
            f"2026-07-30T02:14:38.101Z 2026-07-30T02:14:38.101Z\ta-b-c\tINFO\t{json.dumps(w)}\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "cloudwatch-tail.txt",
        "".join(
            f"2026-07-30T02:14:38.101000+00:00 2026/07/30/[$LATEST]abc {json.dumps({'body': f})}\n"
            for f in FORMS
        ),
    )
    add(
        "gcp-json.json",
        [
            {
                "insertId": "a",
                "jsonPayload": {"message": "hook", "form": w},
                "logName": "projects/x/logs/run",
                "severity": "INFO",
                "timestamp": f"2026-07-30T02:14:4{9 - i}Z",
            }
            for i, w in enumerate(WEBHOOKS)
        ],
    )
    add(
        "azure-loganalytics.csv",
        "TenantId,TimeGenerated [UTC],Message,Properties\n"
        + "".join(
            'x,"7/30/2026, 2:14:38.101 AM",hook,"'
            + json.dumps({"Body": f}).replace('"', '""')
            + '"\n'
            for f in FORMS
        ),
    )
    nd(
        "fluentbit.ndjson",
        [
            {
                "date": 1.0,
                "log": json.dumps({"level": 30, "body": w}) + "\n",
                "stream": "stdout",
                "kubernetes": {"pod_name": "x"},
            }
            for w in WEBHOOKS
        ],
    )
    nd(
        "otel.ndjson",
        [
            {
                "resourceLogs": [
                    {
                        "resource": {"attributes": []},
                        "scopeLogs": [
                            {
                                "logRecords": [
                                    {
                                        "timeUnixNano": "1",
                                        "body": {"stringValue": f},
                                        "attributes": [
                                            {"key": "http.method", "value": {"stringValue": "POST"}}
                                        ],
                                    }
                                ]
                            }
                        ],
                    }
                ]
            }
            for f in FORMS
        ],
    )
    add(
        "sentry.json",
        {
            "event_id": "a",
            "entries": [],
            "breadcrumbs": {"values": [{"category": "hook", "data": w} for w in WEBHOOKS]},
        },
    )
    add("airflow-xcom.json", {"xcom": [repr(w) for w in WEBHOOKS]})
    # -- C
    cols = [*GOOD, "ErrorCode"]
    add(
        "pandas-index.csv",
        ","
        + ",".join(cols)
        + "\n"
        + "".join(f"{i}," + ",".join([*w.values(), ""]) + "\n" for i, w in enumerate(WEBHOOKS)),
    )
    add(
        "pandas-float.csv",
        "idx,"
        + ",".join(map(snake, cols))
        + "\n"
        + "".join(
            f"{i},"
            + ",".join([{"RetryCount": "0.0"}.get(k, v) for k, v in w.items()] + ["NaN"])
            + "\n"
            for i, w in enumerate(WEBHOOKS)
        ),
    )
    add(
        "decimal.csv",
        "id;betrag;body\n" + "".join(f'{i};"1,50";{f}\n' for i, f in enumerate(FORMS)),
    )
    add(
        "utf16.csv",
        ("\ufeffid\tbody\n" + "".join(f"{i}\t{f}\n" for i, f in enumerate(FORMS))).encode(
            "utf-16-le"
        ),
    )
    add(
        "jsonq.csv",
        "id,data\n"
        + "".join(
            f'{i},"' + json.dumps(json.dumps(w)).replace('"', '""') + '"\n'
            for i, w in enumerate(WEBHOOKS)
        ),
    )
    add(
        "b64.csv",
        "id,payload_b64\n" + "".join(f"{i},{base64_of(f)}\n" for i, f in enumerate(FORMS)),
    )
    add(
        "mysql.tsv",
        "id\tparams\tcreated\n"
        + "".join(f"{i}\t{json.dumps(w)}\t2026-01-01\n" for i, w in enumerate(WEBHOOKS)),
    )
    add(
        "psql-aligned.txt",
        " id | body\n----+------\n"
        + "".join(f"  {i} | {f}\n" for i, f in enumerate(FORMS))
        + "(2 rows)\n",
    )
    add(
        "markdown.md",
        "| id | body |\n|---|---|\n" + "".join(f"| {i} | {f} |\n" for i, f in enumerate(FORMS)),
    )
    add(
        "snowflake-cols.csv",
        ",".join('"' + snake(c).upper() + '"' for c in cols)
        + "\n"
        + "".join(",".join('"' + v + '"' for v in [*w.values(), "\\\\N"]) + "\n" for w in WEBHOOKS),
    )
    add(
        "rest-snake.csv",
        ",".join(k for k in RECEIPTS[0] if k != "chat_service_sid")
        + "\n"
        + "".join(
            ",".join("" if v is None else str(v) for k, v in r.items() if k != "chat_service_sid")
            + "\n"
            for r in RECEIPTS
        ),
    )
    # -- L
    add(
        "rails.log",
        "".join(
            f'Started POST "/t" for 1.2.3.4 at 2026-07-30 02:14:38 +0000\nProcessing by HooksController#create as */*\n  Parameters: {{{", ".join(f"{json.dumps(k)} => {json.dumps(v)}" for k, v in w.items())}}}\nCompleted 204 No Content in 1ms\n'
            for w in WEBHOOKS
        ),
    )
    add(
        "lograge.log",
        "".join(
            "method=POST path=/t format=html controller=HooksController action=create status=204 duration=1.0 params="
            + json.dumps(w)
            + "\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "laravel.log",
        "".join(
            f"[2026-07-30 02:14:38] production.INFO: webhook {json.dumps(w)} []\n" for w in WEBHOOKS
        ),
    )
    add(
        "symfony.log",
        "".join(
            f'[2026-07-30T02:14:38.101+00:00] app.INFO: hook {json.dumps({"body": f})} {{"uid":"a"}}\n'
            for f in FORMS
        ),
    )
    add(
        "django.log",
        "".join(
            "INFO 2026-07-30 hook <QueryDict: {"
            + ", ".join(f"{k!r}: [{v!r}]" for k, v in w.items())
            + "}>\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "spring.log",
        "".join(
            "2026-07-30 02:14:38.101  INFO 1 --- [nio-8080-exec-1] c.e.Hook : payload={"
            + ", ".join(f"{k}={v}" for k, v in w.items())
            + "}\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "spring-multi.log",
        "".join(
            "2026 DEBUG Form: {" + ", ".join(f"{k}=[{v}]" for k, v in w.items()) + "}\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "dotnet.log",
        "".join(
            "info: Hook[0]\n      Form: " + ", ".join(f"[{k}, {v}]" for k, v in w.items()) + "\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "go-spew.log",
        "".join(
            "2026/07/30 form: url.Values{"
            + ", ".join(f"{json.dumps(k)}:[]string{{{json.dumps(v)}}}" for k, v in w.items())
            + "}\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "elixir.log",
        "".join(
            "02:14:38.101 [debug] Processing with Hook.create/2\n  Parameters: %{"
            + ", ".join(f"{json.dumps(k)} => {json.dumps(v)}" for k, v in w.items())
            + "}\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "rust.log",
        "".join(
            "INFO hook: Form { "
            + ", ".join(f"{snake(k)}: {json.dumps(v)}" for k, v in w.items())
            + " }\n"
            for w in WEBHOOKS
        ),
    )
    add(
        "nginx-body.log",
        "".join(
            f'1.2.3.4 - - [30/Jul/2026:02:14:38 +0000] "POST /t HTTP/1.1" 204 0 "-" "TwilioProxy/1.1" "{f}"\n'
            for f in FORMS
        ),
    )
    add(
        "apache-dumpio.log",
        "".join(
            f"[Thu Jul 30] [dumpio:trace7] [pid 1] mod_dumpio.c(103): mod_dumpio:  dumpio_in (data-HEAP): {f}\n"
            for f in FORMS
        ),
    )
    nd(
        "pino.ndjson",
        [
            {
                "level": 30,
                "time": 1785377678101 + i,
                "pid": 1,
                "hostname": "h",
                "req": {"method": "POST", "url": "/t", "headers": headers},
                "body": w,
                "msg": "hook",
            }
            for i, w in enumerate(WEBHOOKS)
        ],
    )
    nd("winston.ndjson", [{"level": "info", "message": w, "timestamp": "t"} for w in WEBHOOKS])
    nd(
        "bunyan.ndjson",
        [
            {
                "name": "a",
                "hostname": "h",
                "pid": 1,
                "level": 30,
                "params": w,
                "msg": "",
                "time": "2026-07-30T02:14:38Z",
                "v": 0,
            }
            for w in WEBHOOKS
        ],
    )
    nd(
        "zap.ndjson",
        [
            {
                "level": "info",
                "ts": 1.5,
                "caller": "x.go:1",
                "msg": "hook",
                "form": {k: [v] for k, v in w.items()},
            }
            for w in WEBHOOKS
        ],
    )
    nd(
        "log4j.ndjson",
        [
            {
                "instant": {"epochSecond": 1},
                "thread": "main",
                "level": "INFO",
                "loggerName": "x",
                "message": "hook " + json.dumps(w),
                "endOfBatch": False,
            }
            for w in WEBHOOKS
        ],
    )
    nd(
        "logstash.ndjson",
        [
            {
                "@timestamp": "t",
                "@version": "1",
                "message": f,
                "logger_name": "x",
                "level": "INFO",
                "level_value": 20000,
            }
            for f in FORMS
        ],
    )
    nd(
        "slog.ndjson",
        [
            {
                "time": "t",
                "level": "INFO",
                "msg": "hook",
                "form": "map[" + " ".join(f"{k}:[{v}]" for k, v in w.items()) + "]",
            }
            for w in WEBHOOKS
        ],
    )
    nd(
        "monolog-ctx.ndjson",
        [
            {
                "message": "hook",
                "context": {"request": {"uri": "/t", "body": f}},
                "level": 200,
                "level_name": "INFO",
                "channel": "app",
                "datetime": "t",
                "extra": {},
            }
            for f in FORMS
        ],
    )
    nd(
        "structlog-str.ndjson",
        [{"event": "hook", "form": str(w), "level": "info"} for w in WEBHOOKS],
    )
    add(
        "journald.ndjson",
        "".join(
            json.dumps(
                {"__REALTIME_TIMESTAMP": "1", "MESSAGE": "hook " + json.dumps(w), "_PID": "1"}
            )
            + "\n"
            for w in WEBHOOKS
        ),
    )
    add("syslog.log", "".join(f"<134>1 2026-07-30T02:14:38Z h app 1 - - hook={f}\n" for f in FORMS))
    add(
        "curlie.txt",
        "".join(
            f"HTTP/2 200 \ncontent-type: application/json\n\n{json.dumps(r, indent=4)}\n\n"
            for r in RECEIPTS
        ),
    )
    add(
        "http-client.log",
        "".join(
            f'DEBUG:urllib3.connectionpool:https://conversations.twilio.com:443 "GET {PATHS[i]} HTTP/1.1" 200 600\nDEBUG:twilio:Response Body:{json.dumps(RECEIPTS[i])}\n'
            for i in (0, 1)
        ),
    )
    add(
        "twilio-python-debug.log",
        "".join(
            f"-- BEGIN Twilio API Request --\nGET Request: {URLS[i]}\nHeaders:\nAccept : application/json\n-- END Twilio API Request --\nResponse Status Code: 200\nResponse Headers: {{'Content-Type': 'application/json'}}\n{json.dumps(RECEIPTS[i])}\n"
            for i in (0, 1)
        ),
    )
    return found


DOCUMENTS = documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_finds_the_lie_in_a_document(tmp_path: Path, report: Report, run: Run, name: str) -> None:
    """The one wrong value is found, both observations are checked, and nothing else is reported."""
    path = tmp_path / name
    path.write_bytes(DOCUMENTS[name])
    if name in AS_LOG:
        code, _, error = run("validate", path)
        assert (code, f"receiptkit validate --as log {path}" in error) == (2, True)
    judged = report(*(("--as", "log") if name in AS_LOG else ()), path)
    assert judged["summary"]["checked"] == 2
    assert [(each["rule"], each["pointer"].capitalize()) for each in judged["findings"]] == [
        ("schema.enum", "/status")
    ]
