"""A receiver of webhooks in Flask, which fetches the message with Twilio's client if it missed one."""

from __future__ import annotations

from typing import Any

import flask
from twilio.request_validator import RequestValidator
from twilio.rest import Client

#: A status replaces one of a lower rank: webhooks overtake each other.
RANK = {"sent": 1, "delivered": 2, "undelivered": 2, "failed": 2, "read": 3}


def create_app(client: Client, auth_token: str) -> flask.Flask:
    """The application; `app.statuses` has the latest status of each receipt."""
    app = flask.Flask(__name__)
    statuses: dict[str, str] = {}
    app.extensions["statuses"] = statuses
    validator = RequestValidator(auth_token)

    @app.post("/webhooks/twilio/conversations")
    def receive() -> tuple[str, int]:
        form = flask.request.form
        if not validator.validate(
            flask.request.url, form, flask.request.headers.get("X-Twilio-Signature", "")
        ):
            return "", 403
        sid, status = form["DeliveryReceiptSid"], form["Status"]
        if RANK[status] > RANK.get(statuses.get(sid, ""), 0):
            statuses[sid] = status
        return "", 204

    @app.get("/summary/<conversation>/<message>")
    def summary(conversation: str, message: str) -> Any:
        delivery = (
            client.conversations.v1.conversations(conversation).messages(message).fetch().delivery
        )
        return flask.jsonify(all_delivered=bool(delivery) and delivery["delivered"] == "all")

    return app
