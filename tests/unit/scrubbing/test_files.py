"""A scrubbed capture has the same format, and no personal value."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from typing import Any

import pytest

from receiptkit.model.errors import CaptureError
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
        ("body:form-urlencoded {\n  EventType: onMessageAdded\n  Author: Ada\n}\n", "Ada"),
        ("post {\n  MessageSid: x\n  ~Body: Meet Ada\n}\n", "Ada"),
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
    """Only personal values are changed."""
    assert scrubbed(text) == text


def test_only_values_change() -> None:
    """Blanks, escapes, order and everything around a value stay as they are."""
    text = f'\ufeff{{ "note" :"\\u00fc\\/",\n\t"sid":"{SID}" , "n": 1e5,}}  '
    before, after = text.split(SID)
    out = scrubbed(text)
    assert out.startswith(before)
    assert out.endswith(after)


def test_the_same_value_in_every_format() -> None:
    """With one key a value has one pseudonym, in any context."""
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
    """Content-Length, by any name, is that of the new body."""
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
    """Text that opens brackets and never closes them takes no longer than other text."""
    assert scrubbed(text) == text


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize(
    "text", [f'{{"sid": "{SID}", "author": "Adä"}}\n', f"sid,author\r\n{SID},Adä\r\n"]
)
def test_wide_encodings(name: str, text: str) -> None:
    """UTF-16 and UTF-32, with and without a byte order mark, come out as they went in."""
    raw = text.encode(name)
    out = Scrubber(KEY).scrub(raw, "capture")
    assert Scrubber(b"z" * 32).scrub(out, "capture") == out
    assert out[:2] == raw[:2]
    assert len(out.decode(name)) > 30
    assert SID not in out.decode(name)
    assert "Adä" not in out.decode(name)
    assert Scrubber(KEY).scrub(text.encode(), "capture").decode() == out.decode(name).lstrip(
        "\ufeff"
    )


def test_parquet() -> None:
    """The texts of every column, also in lists and structures, are replaced; types, nulls and the rest stay."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    body = json.dumps({**sample("receipt"), "author": "Ada Lovelace"})
    columns = {
        "payload": [body, None, form()],
        "raw": [body.encode(), b"", None],
        "author": pyarrow.array(["Ada", "Ada", None]).dictionary_encode(),
        "nested": [{"sid": [SID], "n": 7}, None, {"sid": [], "n": 1}],
        "n": [1, 2, 3],
        "at": pyarrow.array([1, 2, None], type=pyarrow.timestamp("us")),
    }
    table = pyarrow.table(columns).replace_schema_metadata({"made": "by"})
    out = io.BytesIO()
    parquet.write_table(table, out, compression="gzip", row_group_size=2)
    raw = out.getvalue()
    new = Scrubber(KEY).scrub(raw, "capture")
    read = parquet.ParquetFile(io.BytesIO(new))
    after = read.read()
    assert after.schema.equals(parquet.read_table(io.BytesIO(raw)).schema, check_metadata=True)
    assert read.metadata.row_group(0).column(0).compression == "GZIP"
    assert read.metadata.num_row_groups == 2
    rows = after.to_pylist()
    assert SID not in str(rows)
    assert "Ada" not in str(rows)
    assert [row["n"] for row in rows] == [1, 2, 3]
    assert [row["at"] for row in rows] == [row["at"] for row in table.to_pylist()]
    assert rows[0]["nested"]["n"] == 7
    assert rows[0]["raw"].decode() == rows[0]["payload"]
    assert rows[1]["payload"] is rows[1]["nested"] is None
    assert rows[0]["nested"]["sid"][0] == json.loads(rows[0]["payload"])["sid"]
    assert Scrubber(b"z" * 32).scrub(new, "capture") == new
    with pytest.raises(CaptureError, match="damaged"):
        Scrubber(KEY).scrub(b"PAR1" + b"x" * 99, "capture")


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "bomb",
    [
        zipped({"a.json": b" " * 3_000_000}),
        zipped({"a.json": b" " * 600_000, "b.json": b" " * 600_000}),
        gzip.compress(b" " * 3_000_000),
        gzip.compress(gzip.compress(b" " * 3_000_000)),
        zipped({"a.zip": zipped({"a.json": b" " * 3_000_000})}),
    ],
    ids=["member", "members", "gzip", "gzip in gzip", "archive in archive"],
)
def test_a_bomb_is_refused(bomb: bytes) -> None:
    """No archive is unpacked beyond the limit, and nothing unread is written."""
    with pytest.raises(
        CaptureError, match=r"unpacks to more than [\d,]+ bytes; --max-record allows more"
    ):
        Scrubber(KEY, most_bytes=1_000_000).scrub(bomb, "capture")


def test_a_file_packed_many_times_is_refused() -> None:
    """Each layer is small, and there may be thousands."""
    raw = b"{}"
    for _ in range(30):
        raw = gzip.compress(raw)
    with pytest.raises(CaptureError, match="packed more than 10 times"):
        Scrubber(KEY).scrub(raw, "capture")


@pytest.mark.parametrize("name", ["a.yaml", "a.network", "a", "a.json"])
def test_a_member_that_is_no_text_is_never_passed_on(name: str) -> None:
    """It may hold anything, so the archive is refused."""
    with pytest.raises(CaptureError, match="not text"):
        scrubbed(zipped({name: b"\0" + SID.encode()}))


def test_a_damaged_compressed_file_is_refused() -> None:
    with pytest.raises(CaptureError, match="damaged"):
        scrubbed(zipped({"a.gz": gzip.compress(SID.encode())[:-9]}))
