"""A capture in any format: the same format comes out, and nothing of anybody is left."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from receiptkit.rules.examples import form, sample
from receiptkit.scrubbing.files import Scrubber, Tokens
from receiptkit.webhooks.signature import sign, verify, with_body_hash

KEY = b"k" * 32
OLD, NEW = "0" * 31 + "a", "0" * 31 + "b"
SID = "DY40825dae7f91b2c3d4e5f60718293a4b"


def scrubbed(content: Any, tokens: Tokens | None = None, name: str = "capture") -> str:
    raw = content if isinstance(content, bytes) else str(content).encode()
    out = Scrubber(KEY, tokens).scrub(raw, name)
    again = Scrubber(b"z" * 32, tokens).scrub(out, name)
    assert again == out, "scrubbing twice changes nothing"
    return out.decode()


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (f'{{"sid": "{SID}"}}', SID),
        (f'{{"url": "https://x.test/v1/{SID}/"}}', SID),
        (f"got {SID} twice: {SID}", SID),
        ('{"author": "Ada Lovelace"}', "Ada"),
        ('{"friendly_name": "Ada\\u0027s \\"chat\\""}', "chat"),
        ('{"conversation_sid": null, "body": "Dear {Ada}"}', "Dear"),
        ('{"sid": 1, "author": "x", "body": "a=b&c=d"}', "a=b"),
        ('{"text": "{\\"identity\\": \\"ada\\"}"}', "ada"),
        ('{"messaging_binding": {"address": "+15550001234"}}', "0001234"),
        ('{"messaging_binding": {"address": "whatsapp:+15550001234"}}', "0001234"),
        ('{"messaging_binding": {"address": "messenger:1234567890"}}', "1234567890"),
        ('{"messaging_binding": {"name": "Ada", "address": "x"}}', "Ada"),
        ('{"wa_id": "15550001234"}', "0001234"),
        ("Author=ada%20l&Body=it%27s+me", "me"),
        ("From=whatsapp%3A%2B15550001234", "0001234"),
        ("https://x.test/hook?Author=a%40b.example&x=1", "b.example"),
        ("see ada@lovelace.example, please", "lovelace"),
        ("https://x.test/v1/Conversations/my-unique-name/Messages", "unique"),
        ("https://ada:secret99@x.test/", "secret99"),
        ("POST / HTTP/1.1\nAuthorization: Basic QURBOmxvdmVsYWNl\n\n", "QURB"),
        ('{"headers": {"Cookie": ["session=1a2b3c4d5e"]}}', "1a2b"),
        ('{"headers": [{"name": "Authorization", "value": "Bearer 1a2b3c4d5e6f"}]}', "1a2b"),
        ('{"rawHeaders": ["Host", "x", "Authorization", "Bearer 1a2b3c4d5e6f"]}', "1a2b"),
        ('{"auth_token": "0123456789abcdef0123456789abcdef"}', "0123"),
        ("curl -u AC1:0123456789abcdef https://x.test", "0123"),
        ('{"attributes": "{\\"vip\\": \\"Ada\\"}"}', "Ada"),
        ('{"friendly_name": "x", "attributes": {"vip": {"name": "Ada"}}}', "Ada"),
        ("?PageToken=PTDNabcdefghijklmnopq", "abcdefgh"),
        ("{'Author': 'Ada', 'Body': 'Hi'}", "Ada"),
        ('body_content = "{\\"author\\": \\"Ada\\"}"', "Ada"),
        ('at=info msg="{\\"body\\": \\"say \\\\\\"Ada\\\\\\"\\"}"', "Ada"),
        ("  [Author] => Ada", "Ada"),
        (f'{{"sid": "{SID[:-1]}"}}', SID[2:-1]),
        ('{"params": [["Author", "Ada"]]}', "Ada"),
        ('{"params": {"Author": ["Ada"]}}', "Ada"),
        (f'id,payload\n1,"{{""author"": ""Ada"", ""sid"": ""{SID}""}}"\n', "Ada"),
    ],
)
def test_nothing_is_left(text: str, gone: str) -> None:
    """Each kind of value is replaced, wherever it is."""
    assert gone in text
    assert gone not in scrubbed(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"sid": "DYaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}',
        '{"sid": "DYXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"}',
        '{"author": "{{author}}", "body": null, "attributes": "{}"}',
        '{"author": "system", "friendly_name": "", "unique_name": null}',
        '{"headers": {"Authorization": "Basic <CREDENTIALS>"}}',
        '{"status": 200, "body": "ok"}',
        "https://conversations.twilio.com/v1/Conversations/{ConversationSid}/Messages",
        "https://conversations.twilio.com/v1/Conversations/Webhooks",
        '{"date_created": "2026-03-02T09:15:00Z", "error_code": 30005, "at": "+0100"}',
        "[1, 2, 3",
        '{"a',
        "",
    ],
)
def test_placeholders_and_all_else_stay(text: str) -> None:
    """Nothing but what is somebody's is changed."""
    assert scrubbed(text) == text


def test_only_values_change() -> None:
    """Blanks, escapes, order and everything around a value stay as they are."""
    text = f'\ufeff{{ "note" :"\\u00fc\\/",\n\t"sid":"{SID}" , "n": 1e5,}}  '
    before, after = text.split(SID)
    out = scrubbed(text)
    assert out.startswith(before)
    assert out.endswith(after)


def test_the_same_value_in_every_format() -> None:
    """With one key a value has one pseudonym, whatever is around it."""
    plain = json.loads(scrubbed(json.dumps({"author": "Ädä L", "from": "+15550001234"})))
    in_form = scrubbed("Author=%C3%84d%C3%A4+L&From=%2B15550001234")
    assert in_form == f"Author={plain['author']}&From=%2B{plain['from'][1:]}"
    encoded = base64.b64encode(json.dumps({"author": "Ädä L", "x": [1, 2, 3]}).encode()).decode()
    inner = json.loads(base64.b64decode(json.loads(scrubbed(json.dumps({"b": encoded})))["b"]))
    assert inner["author"] == plain["author"]
    packed = gzip.compress(b'{"author": "\xc3\x84d\xc3\xa4 L"}')
    out = gzip.decompress(Scrubber(KEY).scrub(packed, "x.json.gz"))
    assert json.loads(out) == {"author": plain["author"]}


def test_lengths_follow() -> None:
    """Content-Length, and what other writers call it, is that of the new body."""
    body = json.dumps({"author": "Ada", "body": "Hello", "conversation_sid": None})
    raw = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}\r\n"
    head, _, new = scrubbed(raw).rstrip().partition("\r\n\r\n")
    assert head.endswith(f"Content-Length: {len(new)}")
    assert len(new) != len(body)
    response = {
        "status": 200,
        "headers": [{"name": "Content-Length", "value": str(len(body))}],
        "content": {"size": len(body), "text": body},
        "bodySize": len(body),
    }
    out = json.loads(scrubbed(json.dumps({"log": {"entries": [{"response": response}]}})))
    seen = out["log"]["entries"][0]["response"]
    size = len(seen["content"]["text"])
    assert size == len(new)
    assert (seen["headers"][0]["value"], seen["content"]["size"], seen["bodySize"]) == (
        str(size),
        size,
        size,
    )


def webhook(url: str, body: str, signature: str) -> str:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return json.dumps(
        {
            "method": "POST",
            "url": url,
            "headers": {**headers, "X-Twilio-Signature": signature},
            "body": body,
        }
    )


def test_signatures_are_made_anew() -> None:
    """A signature that verified verifies under the new token; any other one becomes invalid."""
    url, parameters = "https://example.com/hook", sample("webhook")["params"]
    text = webhook(url, form(), sign(url, OLD, parameters))
    out = json.loads(scrubbed(text, Tokens(OLD, NEW)))
    fields = dict(pair.split("=") for pair in out["body"].replace("%3A", ":").split("&"))
    assert fields["AccountSid"] != parameters["AccountSid"]
    assert verify(url, NEW, out["headers"]["X-Twilio-Signature"], fields)
    other = json.loads(scrubbed(text, Tokens(NEW, NEW)))
    assert not verify(url, NEW, other["headers"]["X-Twilio-Signature"], fields)
    assert (
        other["headers"]["X-Twilio-Signature"] != json.loads(text)["headers"]["X-Twilio-Signature"]
    )


def test_hashes_of_bodies_follow() -> None:
    """A signature over the hash of a JSON body is made anew together with the hash."""
    body = json.dumps({**sample("webhook")["params"], "ClientIdentity": "Ada"})
    url = with_body_hash("https://example.com/hook", body.encode())
    out = json.loads(scrubbed(webhook(url, body, sign(url, OLD)), Tokens(OLD, NEW)))
    assert out["url"] == with_body_hash("https://example.com/hook", out["body"].encode())
    assert out["url"] != url
    assert verify(out["url"], NEW, out["headers"]["X-Twilio-Signature"], body=out["body"].encode())


@pytest.mark.parametrize("text", ["{" * 50_000, '{"' * 50_000, '{\\"' * 50_000, "[" * 50_000 + '"'])
def test_hostile_text_ends(text: str) -> None:
    """What opens and never closes takes no longer than anything else."""
    assert scrubbed(text) == text
