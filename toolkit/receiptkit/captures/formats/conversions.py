"""
Formats that are recognised and not read, with the command that converts a file.

A test runs each command.
"""

from __future__ import annotations

from receiptkit.captures.evidence import has_evidence_in
from receiptkit.captures.format import Format, Recognise, beginning
from receiptkit.model.regex import regex

_BURP = (
    "import base64, sys, xml.etree.ElementTree as E; "
    "[print(base64.b64decode(i.findtext(t)).decode()) "
    "for i in E.parse(sys.argv[1]).iter('item') for t in ('request', 'response')]"
)
_JMETER = (
    "import json, sys, xml.etree.ElementTree as E; "
    "[print(json.dumps({'request': {'method': i.findtext('method') or 'GET', "
    "'url': i.findtext('java.net.URL')}, 'response': {'status': int(i.get('rc')), "
    "'body': i.findtext('responseData')}})) "
    "for i in E.parse(sys.argv[1]).iter('httpSample') if i.get('rc', '').isdigit()]"
)
_NOCK = (
    "const fs=require(`fs`),out=[];function nock(scope){let r={};"
    "const p=new Proxy({},{get:(_,m)=>(...a)=>{"
    "if(/^(get|post|put|patch|delete)$/.test(m))r={scope,method:m.toUpperCase(),path:String(a[0])};"
    "if(m===`reply`)out.push({...r,status:a[0],response:a[1]});return p}});return p}"
    "eval(fs.readFileSync(process.argv[1],`utf8`));console.log(JSON.stringify(out))"
)


def _by(pattern: bytes, evidence: str) -> Recognise:
    """Return the recognition of a format by a pattern that its beginning matches."""
    compiled = regex(pattern)

    def recognise(name: str, head: bytes) -> str:
        return evidence if compiled.match(beginning(head)) else ""

    return recognise


def _format(name: str, title: str, recognise: Recognise, convert: str, order: int = 8) -> Format:
    return Format(name, title, convert, recognise, convert=convert, order=order)


def _text_of_ours(name: str, head: bytes) -> str:
    return "there are names of ours in it" if b"\0" not in head and has_evidence_in(head) else ""


def _coloured(name: str, head: bytes) -> str:
    start = beginning(head)
    is_coloured = start.startswith(b"\x1b[") and has_evidence_in(_COLOUR.sub(b"", head))
    return "it begins with a colour, and there are names of ours in it" if is_coloured else ""


_COLOUR = regex(rb"\x1b\[[0-9;]*m")
_CODE = regex(
    rb"\A(?:#![^\n]*\n)?\s*(?:(?://|/\*|#|--)[\s\S]{0,400}?\n\s*)?"
    rb"(?:\{|\[(?!\[?[A-Za-z_][\w.:-]*\]?\][^\S\n]*\n)|import\b|from \w|export\b|const\b|let\b"
    rb"|var\b|function\b|package\b|use\b|using\b"
    rb"|require\b|module\b|def\b|class\b|describe\b|func\b|fun\b|val\b|public\b|<\?php|Feature:"
    rb"|[\w.]+\(\s*[\"'`{\[]|@\w+|[A-Z_]+ = )"
)


def _source(name: str, head: bytes) -> str:
    is_code = b"\0" not in head and _CODE.match(beginning(head)) and has_evidence_in(head)
    return "it begins like source code, with names of ours in it" if is_code else ""


def _archive(name: str, head: bytes) -> str:
    return "its first member is that of a tar" if head[257:262] == b"ustar" else ""


def _zip(name: str, head: bytes) -> str:
    return "it begins like a ZIP" if head.startswith(b"PK\x03\x04") else ""


def _workbook(name: str, head: bytes) -> str:
    is_one = _zip(name, head) and (b"[Content_Types].xml" in head or b"xl/" in head)
    return "it is a ZIP with the parts of a workbook" if is_one else ""


def _zeros(name: str, head: bytes) -> str:
    is_cut = beginning(head).startswith(b"{") and (b"}\0{" in head or head.endswith(b"}\0"))
    return "there is a zero byte behind each object" if is_cut else ""


_AS_LOG = "read it as a log: receiptkit validate --as log FILE"
_NO_RESPONSES = "it holds requests without responses"

FORMATS = [
    _format(
        "mitmproxy",
        "a flow file of mitmproxy",
        _by(
            rb"\d+:(?:\d+:[a-z_]+;|[\s\S]{0,400}\d:version;)", "it begins like a flow of mitmproxy"
        ),
        "convert it: mitmdump -q -nr FILE --set hardump=FILE.har",
    ),
    _format(
        "burp",
        "an export of Burp",
        _by(
            rb"(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[\s\S]{0,2000}?\]>\s*)?<items burpVersion=",
            "its items are of Burp",
        ),
        f'convert it: python3 -c "{_BURP}" FILE > FILE.http',
    ),
    _format(
        "jmeter",
        "results of JMeter in XML",
        _by(rb"(?:<\?xml[^>]*>\s*)?<testResults\b", "its root is testResults"),
        f'convert it: python3 -c "{_JMETER}" FILE > FILE.ndjson',
    ),
    _format(
        "sqlite",
        "an SQLite database",
        _by(rb"SQLite format 3\0", "it begins with SQLite format 3"),
        "convert it, with the name of the table: "
        "sqlite3 -json FILE 'select * from webhooks' > FILE.json",
    ),
    _format(
        "nock-code",
        "code that nock recorded",
        _by(rb"(?:[^\n]*\n){0,40}?\s*nock\(", "it calls nock()"),
        f"convert it: node -e '{_NOCK}' FILE > FILE.json",
    ),
    _format(
        "curl-trace",
        "a trace of curl, in which texts are cut into lines",
        _by(
            rb"(?:[0-9:.]{8,15} )?(?:== Info: |=> Send |<= Recv )",
            "it begins like a trace",
        ),
        "record it again: curl -s -i -o FILE.http URL",
    ),
    _format(
        "coloured",
        "a text with the colours of a terminal",
        _coloured,
        r"take the colours out: sed 's/\x1b\[[0-9;]*m//g' FILE > FILE.txt",
        order=18,
    ),
    _format(
        "zero-bytes",
        "JSON with a zero byte behind each record",
        _zeros,
        "convert it: tr '\\0' '\\n' < FILE > FILE.ndjson",
    ),
    _format(
        "bzip2",
        "compressed with bzip2",
        _by(rb"BZh[1-9]1AY&SY", "it begins like bzip2"),
        "unpack it: bzip2 -dc FILE > FILE.txt",
    ),
    _format(
        "xz",
        "compressed with xz",
        _by(rb"\xfd7zXZ\0", "it begins like xz"),
        "unpack it: xz -dc FILE > FILE.txt",
    ),
    _format(
        "tar",
        "a tar archive",
        _archive,
        "unpack it, and check the folder: mkdir -p FILE.d && tar -xf FILE -C FILE.d",
    ),
    _format("workbook", "a workbook", _workbook, "save its sheet as CSV, which is read", order=42),
    _format(
        "other-zip",
        "a ZIP without a recording",
        _zip,
        "unpack it, and check the folder: python3 -m zipfile -e FILE FILE.d",
        order=43,
    ),
    _format(
        "hurl",
        "a file of Hurl, whose responses are expectations",
        _by(
            rb"(?:#[^\n]*\n|\s)*(?:GET|POST|PUT|PATCH|DELETE) \S+[^\S\n]*\r?\n"
            rb"(?:[^\n]*\n){0,40}?HTTP(?:/[0-9.]+)? (?:[1-5][0-9]{2}|\*)[^\S\n]*\r?\n",
            "a status without headers is expected in it",
        ),
        "record what really comes: hurl --report-json FILE.d FILE",
        order=19,
    ),
    _format(
        "netlog",
        "a NetLog of Chrome, which describes its network and has no bodies",
        _by(rb'\{\s*"constants"\s*:\s*\{', "its first field is `constants`"),
        "record it again: curl -s -i -o FILE.http URL",
    ),
    _format(
        "insomnia",
        "a collection of Insomnia",
        _by(rb"type: collection\.insomnia\.rest/", "its type is collection.insomnia.rest"),
        f"{_NO_RESPONSES}; export it as HAR, which has the last response of each",
    ),
    _format(
        "http-file",
        "a file of requests for an editor",
        _by(
            rb"(?:###|@\w+ ?=|(?:GET|POST|PUT|DELETE|PATCH) https?://\S+\s*\n)",
            "its requests have no HTTP version",
        ),
        f"{_NO_RESPONSES}; the responses are the files that it names behind <>: "
        "receiptkit validate DIRECTORY",
        order=25,
    ),
    _format(
        "httpyac-json",
        "a summary of httpyac, which has no bodies",
        _by(rb'\{\s*"_meta"[\s\S]{0,1500}"testResults"', "it has test results and no responses"),
        "record it again: httpyac send FILE.http --all --output exchange > FILE.txt",
    ),
    _format(
        "source",
        "source code, or JSON with comments",
        _source,
        "check what it holds: receiptkit scan FILE",
        order=98,
    ),
    _format("text", "a text that names webhooks of Twilio", _text_of_ours, _AS_LOG, order=99),
]
