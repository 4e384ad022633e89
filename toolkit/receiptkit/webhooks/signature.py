"""
The signature of a webhook request, header X-Twilio-Signature (facts: Twilio's "Webhooks Security" page and its libraries' validators).

It is `base64(HMAC-SHA1(auth token, URL + names and values))`: the parameters of a posted form, sorted by name, of a repeated name each
distinct value once, in order. A GET request has all its parameters in the URL. A JSON body is signed by its SHA-256, which stands in the
query as `bodySHA256`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence

from receiptkit.text.forms import decode_query

HEADER = "X-Twilio-Signature"
BODY_HASH = "bodySHA256"
#: The auth token of everything local: plugin, server, command line, corpus. It is no secret; Go's client library wants letters and digits.
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105

#: Parameters as a mapping, of a repeated name to the list of its values, or as pairs.
Parameters = Mapping[str, "str | Sequence[str]"] | Iterable[tuple[str, str]]

_DEFAULT_PORTS = {"http": "80", "https": "443"}
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<user>[^/?#@]*@)?(?P<host>\[[^\]/?#]*\]|[^/?#:@]*)(?::(?P<port>[0-9]*))?(?P<rest>.*)",
    re.DOTALL,
)


def sign(url: str, auth_token: str, parameters: Parameters = ()) -> str:
    """
    The signature of a request.

    Args:
        url: the whole URL as Twilio was given it, with its query; of a request with a JSON body, as `with_body_hash` returns it.
        auth_token: the primary auth token of the account.
        parameters: those of a posted form; none for GET and for JSON.
    """
    signed = url + _signed(parameters)
    digest = hmac.digest(auth_token.encode(), signed.encode("utf-8", "surrogatepass"), "sha1")
    return base64.b64encode(digest).decode()


def verify(
    url: str,
    auth_token: str,
    signature: str | None,
    parameters: Parameters = (),
    body: bytes | None = None,
) -> bool:
    """
    Whether a signature is that of a request, in time that does not depend on where it differs.

    Args:
        url: the URL of the request. Behind a proxy it must be the one that Twilio called; only the port may be missing or added.
        auth_token: the primary auth token of the account.
        signature: the value of the header; None, where it was not sent, fits nothing.
        parameters: those of a posted form; none for GET and for JSON.
        body: the body of a request that is no form, as it was received. It must be given if the URL has a `bodySHA256`.
    """
    parameters = list(_pairs(parameters))
    said = next((item.value for item in decode_query(url) if item.name == BODY_HASH), None)
    if said is not None:
        actual = hashlib.sha256(body or b"").hexdigest()
        if not hmac.compare_digest(actual.encode(), said.lower().encode("utf-8", "replace")):
            return False
        parameters = []
    given = (signature or "").encode("utf-8", "replace")
    # Every form is compared, whichever fits: how long that takes says nothing.
    fits = [
        hmac.compare_digest(sign(form, auth_token, parameters).encode(), given)
        for form in url_forms(url)
    ]
    return any(fits)


def is_over_hash(url: str, auth_token: str, signature: str) -> bool:
    """Return True if a signature is that of a URL with a `bodySHA256`, whatever the body is."""
    hashed = any(item.name == BODY_HASH for item in decode_query(url))
    given = signature.encode("utf-8", "replace")
    return hashed and any(
        hmac.compare_digest(sign(form, auth_token).encode(), given) for form in url_forms(url)
    )


def with_body_hash(url: str, body: bytes) -> str:
    """The URL that is called, and signed, for a request with a JSON body."""
    address, mark, fragment = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{BODY_HASH}={hashlib.sha256(body).hexdigest()}{mark}{fragment}"


def url_forms(url: str) -> list[str]:
    """The forms of a URL that a signature may be over, each once: as it is, without a port, and with one."""
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return [url]
    before, rest = f"{match['scheme']}://{match['user'] or ''}{match['host']}", match["rest"]
    port = match["port"] or _DEFAULT_PORTS[match["scheme"]]
    return list(dict.fromkeys([url, before + rest, f"{before}:{port}{rest}"]))


def _signed(parameters: Parameters) -> str:
    """Return the text of parameters that is signed: names in order, the values of each in order."""
    if isinstance(parameters, dict) and not any(
        type(value) is not str for value in parameters.values()
    ):
        return "".join([name + parameters[name] for name in sorted(parameters)])
    values: dict[str, set[str]] = {}
    for name, value in _pairs(parameters):
        values.setdefault(name, set()).add(value)
    return "".join([name + value for name in sorted(values) for value in sorted(values[name])])


def _pairs(parameters: Parameters) -> Iterable[tuple[str, str]]:
    if not isinstance(parameters, Mapping):
        yield from parameters
        return
    for name, value in parameters.items():
        for each in [value] if isinstance(value, str) else value:
            yield name, each
