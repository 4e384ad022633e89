"""The likeliest cause of what became of a webhook, in words."""

from __future__ import annotations

from urllib.parse import urlsplit

_REFUSED = (401, 403)


def likely_cause(outcome: int | str, url: str) -> str:
    """
    Return the likeliest cause of a webhook that was not accepted; empty for one that was.

    Args:
        outcome: the status of the response, or why there was none.
        url: where the webhook was sent.
    """
    place = urlsplit(url)
    if isinstance(outcome, str):
        return _without_answer(outcome, place.netloc)
    if outcome in _REFUSED:
        return (
            "The application refuses the signature. Most often it verifies with another auth token"
            f" than this server's, or with another URL than {url}."
        )
    if outcome == 404:
        return f"The application has no route for {place.path or '/'}."
    if outcome == 405:
        return "The route of the application accepts another HTTP method."
    if outcome in (415, 422, 400):
        return "The application expects another body: this is a form, not JSON."
    if 300 <= outcome < 400:
        return "The application redirects; webhooks do not follow redirects."
    if outcome >= 500:
        return "The application failed; look at its log."
    return "" if outcome < 300 else "The application refuses the request; look at its log."


def was_accepted(outcome: int | str) -> bool:
    """Return True if a request was answered with success."""
    return isinstance(outcome, int) and 200 <= outcome < 300


def _without_answer(outcome: str, host: str) -> str:
    if outcome == "lost":
        return "Lost on purpose by a fault."
    if "CERTIFICATE_VERIFY_FAILED" in outcome:
        return f"The certificate of {host} is not trusted. SSL_CERT_FILE names its authority."
    if outcome.startswith("no connection"):
        return f"No server listens at {host}. Is the application running, and is the port right?"
    if outcome.startswith("no answer"):
        return "The application was too slow. Answer first, and do the work afterwards."
    if outcome.startswith("invalid answer"):
        return "The answer has a status or a header that HTTP does not allow."
    without = "amid its" if outcome.endswith("amid the answer") else "without an"
    return f"The application ended the connection {without} answer; look at its log."
