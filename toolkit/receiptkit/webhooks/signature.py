"""
The signature of a webhook request, in the header X-Twilio-Signature.

It is `base64(HMAC-SHA1(auth token, URL + names and values))` over the parameters of a posted form,
sorted by name; a repeated name counts once for each distinct value, in order. A GET request has all
its parameters in the URL. A JSON body is signed by its SHA-256, in the query as `bodySHA256`.
Source: Twilio's "Webhooks Security" page and the validators of its client libraries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from receiptkit.text.forms import decode_query

HEADER = "X-Twilio-Signature"
BODY_HASH = "bodySHA256"
#: The auth token of everything local: plugin, server, command line, corpus. It is no secret.
#: Go's client library accepts letters and digits only.
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105

#: Parameters as pairs, or as a mapping with a list for a repeated name.
Parameters = Mapping[str, str | Sequence[str]] | Iterable[tuple[str, str]]

#: A signature as Twilio writes it: 20 bytes in base64.
_USUAL = re.compile(r"[A-Za-z0-9+/]{27}=")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<user>[^/?#@]*@)?"
    r"(?P<host>\[[^\]/?#]*\]|[^/?#:@]*)(?::(?P<port>[0-9]*))?(?P<rest>.*)",
    re.DOTALL,
)


def sign(url: str, auth_token: str, parameters: Parameters = ()) -> str:
    """
    Return the signature of a request.

    Args:
        url: the configured URL with its query; for a JSON body, the result of `with_body_hash`.
        auth_token: the primary auth token of the account.
        parameters: the parameters of a posted form; none for GET and JSON.
    """
    return signature_of(signed_text(url, parameters), auth_token)


def signed_text(url: str, parameters: Parameters = ()) -> str:
    """Return the text that a signature covers; the arguments are those of `sign`."""
    return url + _signed(parameters)


def signature_of(text: str, auth_token: str) -> str:
    """Return the signature of a text."""
    digest = hmac.digest(auth_token.encode(), text.encode("utf-8", "surrogatepass"), "sha1")
    return base64.b64encode(digest).decode()


def verify(
    url: str,
    auth_token: str,
    signature: str | None,
    parameters: Parameters = (),
    body: bytes | None = None,
) -> bool:
    """
    Return True if a signature is that of a request, in constant time.

    Args:
        url: the URL of the request. Behind a proxy, it must be the one that Twilio called; only the
            port may be missing or added.
        auth_token: the primary auth token of the account.
        signature: the value of the header; None never matches.
        parameters: the parameters of a posted form; none for GET and JSON.
        body: the received body of a request that is not a form; needed for a `bodySHA256`.
    """
    parameters = list(_pairs(parameters))
    said = next((item.value for item in decode_query(url) if item.name == BODY_HASH), None)
    if said is not None:
        actual = hashlib.sha256(body or b"").hexdigest()
        if not hmac.compare_digest(actual.encode(), said.encode("utf-8", "replace")):
            return False
        parameters = []
    given = (signature or "").encode("utf-8", "replace")
    # Every form is compared, so that the time tells nothing.
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


def other_making(
    url: str, auth_token: str, signature: str, parameters: Sequence[tuple[str, str]] = ()
) -> str | None:
    """
    Return in which way a signature differs from one of the same request; None if in no known way.

    It is `writing` for another alphabet than base64's, `digest` for SHA-256, `order` for parameters
    that were not sorted.
    """
    said = _bytes(signature)
    is_usual = _USUAL.fullmatch(signature) is not None
    as_sent = "".join(name + value for name, value in parameters)
    for form in url_forms(url):
        text = signed_text(form, parameters)
        for found, covered, digest in (
            ("writing", text, "sha1"),
            ("digest", text, "sha256"),
            ("order", form + as_sent, "sha1"),
        ):
            if found == "writing" and is_usual:
                continue
            raw = covered.encode("utf-8", "surrogatepass")
            if any(
                hmac.compare_digest(hmac.digest(auth_token.encode(), raw, digest), each)
                for each in said
            ):
                return found
    return None


def _bytes(signature: str) -> list[bytes]:
    """Return the bytes that a signature may encode."""
    found = []
    for read in (bytes.fromhex, base64.b64decode, base64.urlsafe_b64decode):
        padded = signature if read is bytes.fromhex else signature + "=" * (-len(signature) % 4)
        with suppress(ValueError):
            found.append(read(padded))
    return found


def with_body_hash(url: str, body: bytes) -> str:
    """Return the URL that is called, and signed, for a request with a JSON body."""
    address, mark, fragment = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{BODY_HASH}={hashlib.sha256(body).hexdigest()}{mark}{fragment}"


def url_forms(url: str) -> list[str]:
    """Return the URLs that a signature may cover: unchanged, without a port, with one."""
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
