"""
Live traffic: receive webhooks, stand before an API, send recorded webhooks again.

    receiver        webhooks to an application, checked and kept on their way
    recorded        the webhooks in a capture
    sending         sends them again
    replaying       how far that is, on its page
    connections     to other servers, kept open
    forwarding      requests to another server, byte for byte
    judging         checks each record at once, as `validate` checks the file
    recording       the file of what was seen, one line each
    reverse         a reverse proxy before an API, with links to itself
    archive         the file of its exchanges: NDJSON or HAR
    session         the state that receiver and proxy share: counts, log, when to end
    panel           the page `/_receiptkit/`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiptkit.model.late_names import late_names

if TYPE_CHECKING:
    from receiptkit.live.replaying import replay
    from receiptkit.live.running import Live, listen, proxy
    from receiptkit.live.sending import Replayed

_HOMES = {
    "Live": "running",
    "Replayed": "sending",
    "listen": "running",
    "proxy": "running",
    "replay": "replaying",
}

__all__ = ["Live", "Replayed", "listen", "proxy", "replay"]

__getattr__ = late_names("receiptkit.live", _HOMES, "server")
