"""The likeliest cause of what became of a webhook, in words."""

from __future__ import annotations

from urllib.parse import urlsplit

_REFUSED = (401, 403)


def likely_cause(outcome: int | str, url: str) -> str:
    """
    Return the likeliest cause of a webhook that was not accepted; empty for one that was.

    Args:
        outcome: the status of the answer, or why there was none.
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


def _without_answer(outcome: str, host: str) -> str:
    if outcome == "lost":
        return "A fault was asked for that loses it."
    if outcome.startswith("no connection"):
        return f"Nobody listens at {host}. Is the application running, and is the port right?"
    if outcome.startswith("no answer"):
        return "The application was too slow. Answer first, and do the work afterwards."
    return "The application ended the connection without an answer; look at its log."
