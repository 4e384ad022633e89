"""Around a server that runs: its log, its certificate, and the sign that it is ready."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from receiptkit.captures import STDIN
from receiptkit.model.display import printable
from receiptkit.model.errors import UsageError
from receiptkit.server.causes import likely_cause
from receiptkit.server.tls import Certificate, certificate
from receiptkit.validation.output_files import InputFiles, Replaceable, written

if TYPE_CHECKING:
    from receiptkit.live.session import Handled, Session
    from receiptkit.server import Control
    from receiptkit.server.request_log import Call
    from receiptkit.server.sender import Sent

LOG_FORMATS = ("off", "lines", "json")
_READY = "receiptkit-ready"
#: How much of a path a line shows.
_LONGEST_PATH = 300


class Started(NamedTuple):
    """
    A server that starts.

    Attributes:
        url: where it is.
        control: its control.
        authority: the file with the certificate to trust; None without TLS.
        control_token: the token of its control; None if it asks for none.
    """

    url: str
    control: Control
    authority: str | None
    control_token: str | None


@contextmanager
def tls_of(makes: bool, chain: str | None, key: str | None) -> Iterator[Certificate | None]:
    """
    Yield the certificate of a server; None for one without TLS.

    Args:
        makes: True to make one.
        chain: the user's own certificate, if there is one.
        key: its private key; None if it is in the file of the certificate.

    Raises:
        UsageError: the options contradict each other.
    """
    if (makes and chain) or (key and not chain):
        raise UsageError("use --tls, or --tls-certificate with --tls-key")
    if chain:
        yield Certificate(chain, key or chain, chain)
    elif makes:
        with certificate() as made:
            yield made
    else:
        yield None


@contextmanager
def ready(path: str | None, **about: Any) -> Iterator[None]:
    """
    Say that the server is ready, in a file that exists while the block lasts, or on a line.

    The socket listens already, so whoever calls now is answered.

    Args:
        path: of the file; `-` prints the line; None says nothing.
        about: more members of the sign, such as `url`.
    """
    if path is None:
        yield
        return
    sign = {_READY: 1, **about, "pid": os.getpid()}
    line = json.dumps(sign) + "\n"
    if path == STDIN:
        click.echo(line, nl=False)
        yield
        return
    with written(path, inputs=InputFiles(), replaces=Replaceable("a ready file", _is_sign)) as out:
        out.write(line.encode())
    try:
        yield
    finally:
        with suppress(OSError):
            if _is_sign(path):
                os.unlink(path)


def _is_sign(path: str) -> bool:
    """Return True if a file is the sign of a server."""
    with open(path, "rb") as file:
        return file.read(64).startswith(f'{{"{_READY}"'.encode())


@contextmanager
def logged(control: Control, log_format: str) -> Iterator[None]:
    """Write a line for each call and each webhook to standard error."""
    if log_format == "off" or control.log is None:
        yield
        return
    write = _write_json if log_format == "json" else _write_line

    def call(each: Call) -> None:
        write("call", each._asdict(), "")

    def webhook(number: int, sent: Sent) -> None:
        parameters = sent.outgoing.parameters if sent.outgoing else {}
        about = {
            "number": number,
            "event": parameters.get("EventType", ""),
            "status": parameters.get("Status", ""),
            "outcome": sent.outcome,
            "milliseconds": sent.milliseconds,
        }
        write("webhook", about, likely_cause(sent.outcome, sent.delivery.url.partition("?")[0]))

    control.log.listener, control.sender.listener = call, webhook
    try:
        yield
    finally:
        control.log.listener = control.sender.listener = None


@contextmanager
def handled_logged(session: Session, log_format: str) -> Iterator[None]:
    """Write a line for each request that a receiver or a proxy handled to standard error."""

    def line(each: Handled) -> None:
        verdict = each.verdict.text if each.verdict is not None else "not of the contract"
        if log_format == "json":
            about = {**each._asdict(), "path": each.path[:_LONGEST_PATH], "verdict": verdict}
            _write(json.dumps({"kind": "request", **about}))
            return
        what = f"{each.number} {each.method} {each.path[:_LONGEST_PATH]}"
        answered = "" if each.outcome is None else f" -> {each.outcome} {each.milliseconds:g} ms"
        _write(f"{what}{answered}: {verdict}")

    session.listener = None if log_format == "off" else line
    try:
        yield
    finally:
        session.listener = None


def _write_json(kind: str, about: dict[str, Any], cause: str) -> None:
    _write(json.dumps({"kind": kind, **about, **({"cause": cause} if cause else {})}))


def _write_line(kind: str, about: dict[str, Any], cause: str) -> None:
    took = f"{about['milliseconds']:g} ms"
    if kind == "call":
        _write(f"{about['method']} {about['path']} {about['status']} {took}")
        return
    what = " ".join(each for each in (about["event"], about["status"]) if each)
    _write(f"webhook {what} -> {about['outcome']} {took}{f': {cause}' if cause else ''}")


def _write(line: str) -> None:
    # Nobody may read the log, and the server goes on.
    with suppress(OSError, ValueError):
        sys.stderr.write(printable(line) + "\n")
        sys.stderr.flush()
