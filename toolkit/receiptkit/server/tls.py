"""Certificates, with which clients call a server under Twilio's own name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from receiptkit.model.errors import UsageError

#: The names and addresses for which a certificate is made.
NAMES = ("conversations.twilio.com", "localhost", "127.0.0.1", "::1")
#: The variables with which clients trust an authority.
VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE")


class Certificate(NamedTuple):
    """
    Files in PEM.

    Attributes:
        chain, key: what the server shows, and its private key.
        authority: the certificate to trust.
    """

    chain: str
    key: str
    authority: str


@contextmanager
def certificate(*more_names: str) -> Iterator[Certificate]:
    """
    Yield a certificate of a new authority; its keys exist only while the block lasts.

    Args:
        more_names: names and addresses besides `NAMES`.

    Raises:
        UsageError: trustme is not installed.
    """
    try:
        import trustme
    except ImportError:
        raise UsageError("TLS needs trustme: pip install 'receiptkit[tls]'") from None
    authority = trustme.CA(organization_name="receiptkit", organization_unit_name="for tests only")
    own = authority.issue_cert(*dict.fromkeys((*NAMES, *more_names)))
    with tempfile.TemporaryDirectory(prefix="receiptkit-tls-") as folder:
        made = Certificate(
            *(os.path.join(folder, f"{name}.pem") for name in ("chain", "key", "ca"))
        )
        for path in (made.chain, made.key):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        Path(made.key).write_bytes(own.private_key_pem.bytes())
        Path(made.chain).write_bytes(b"".join(pem.bytes() for pem in own.cert_chain_pems))
        Path(made.authority).write_bytes(authority.cert_pem.bytes())
        yield made
