"""The kinds of values that are replaced: by the names of members, and by their form."""

from __future__ import annotations

import re

#: Where values of these names are text that people or applications wrote.
TEXT, BODY, ATTRIBUTES, ADDRESS = "name", "body", "attributes", "address"
CREDENTIAL, SIGNATURE, PAGE_TOKEN, SID = "credential", "signature", "page token", "sid"
PHONE, EMAIL = "phone number", "e-mail address"

_NAMES = {
    TEXT: "author identity friendlyname uniquename clientidentity participantidentity "
    "conversationfriendlyname conversationuniquename conversationcreatedby profilename filename "
    "messagingbindingname "
    "lastupdatedby modifiedby messageauthor useridentity displayname firstname lastname fullname",
    BODY: "body messagebody",
    ATTRIBUTES: "attributes conversationattributes messageattributes participantattributes "
    "userattributes",
    ADDRESS: "address proxyaddress projectedaddress messagingbindingaddress waid "
    "messagingbindingproxyaddress messagingbindingprojectedaddress",
    CREDENTIAL: "authorization proxyauthorization cookie setcookie authtoken secret password "
    "passwd apikey apisecret xapikey accesstoken refreshtoken clientsecret twilioauthtoken "
    "xamzsecuritytoken privatekey",
    SIGNATURE: "xtwiliosignature httpxtwiliosignature",
    PAGE_TOKEN: "pagetoken",
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_JOINTS = str.maketrans("", "", "_-. []")
#: Members beside a `body` that make it the text of a message, and not a body of HTTP.
_OF_MESSAGES = {
    "accountsid", "conversationsid", "chatservicesid", "messagesid", "participantsid",
    "author", "index", "eventtype", "channelmessagesid", "messagingservicesid",
}  # fmt: skip
_OF_BINDINGS = {"address", "proxyaddress", "projectedaddress", "waid"}
_OF_RESOURCES = {"friendlyname", "uniquename", "identity", "rolesid", "timers", "body"}
_OF_HTTP = {
    "headers", "header", "status", "statuscode", "method", "url", "uri", "code", "request",
    "response", "rawpath", "httpmethod", "params", "querystring", "path",
}  # fmt: skip

#: Behind a digit or a capital, a prefix of two hexadecimal digits is part of a longer number; an
#: escaped equals sign ends in one, too (`=3D`, `%3D`).
SIDS = re.compile(
    r"(?:(?:(?<![0-9A-F])|(?<=[=%]3D))[A-F]{2}|[A-Z][G-Z]|[G-Z][A-Z])"
    r"[0-9a-fA-F]{32}(?![0-9a-fA-F])"
    r"|(?<![0-9A-Za-z])[A-Za-z]{2}[0-9a-fA-F]{32}(?![0-9A-Za-z])"
)
#: A SID that is too short, too long, or has other letters.
NEARLY_SID = re.compile(r"[A-Z]{2}(?=[A-Za-z]*[0-9])[0-9A-Za-z]{20,60}")
PHONES = re.compile(r"(?<![\w+])\+[1-9][0-9]{6,14}(?![0-9])")
EMAILS = re.compile(r"(?<![\w.%+'@-])[\w.%+'-]+@(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w@])")
BINDINGS = re.compile(r"\b(?:messenger|instagram|rcs|viber|line|wechat):([\w.@-]{3,})")
IN_URL = re.compile(r"(?<=://)([^/?#@:\s\"'<>]*:[^/?#@\s\"'<>]+)(?=@)")
TOKENS = re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}")
SCHEMES = re.compile(r"\b(Basic|Bearer)(\s+)([\w+/=.~-]{8,})")
#: A unique name in the place of a SID.
IN_PATH = re.compile(
    r"/v1/(?:Services/[^/?#\s\"'\\]+/)?(?:Conversations|Users)/(?!Webhooks\b)"
    r"([^/?#\s\"'<>{}$*\\:|()^]{1,256})"
    r"(?=[/?#\s\"'\\]|$)"
)
SIGNATURES = re.compile(r"[A-Za-z0-9+/]{27}=")


def kind_of(name: str) -> str | None:
    """Return the kind of the values that a member, parameter or header of this name has."""
    plain = plain_name(name)
    found = _KINDS.get(plain)
    if found is None and plain.endswith("sid"):
        return SID
    return found


def plain_name(name: str) -> str:
    """Return a name in lower case and without joints: FriendlyName is friendly_name."""
    return name.translate(_JOINTS).lower()


def is_name(name: str, names: set[str]) -> bool:
    """Return True if a plain name is `name` beside members of a person's binding."""
    return name == "name" and not names.isdisjoint(_OF_BINDINGS)


def is_message(names: set[str]) -> bool:
    """Return True if a `body` beside members of these plain names is the text of a message."""
    return not names.isdisjoint(_OF_MESSAGES)


def is_resource(names: set[str]) -> bool:
    """Return True if `attributes` beside members of these plain names are those of a resource."""
    return is_message(names) or not names.isdisjoint(_OF_RESOURCES)


def is_http(names: set[str]) -> bool:
    """Return True if members of these plain names are those of a request or a response."""
    return not names.isdisjoint(_OF_HTTP)


def is_placeholder(sid: str) -> bool:
    """Return True if a SID, or what is in its place, is a placeholder: one digit throughout."""
    return len(set(sid[2:].lower())) <= 1
