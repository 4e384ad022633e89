"""Around a server that runs: its log, its certificate, and the sign that it is ready."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from receiptkit.captures import STDIN
from receiptkit.cli.parameters import with_options
from receiptkit.cli.process import at_interrupt
from receiptkit.model.display import printable
from receiptkit.model.errors import UsageError
from receiptkit.server.causes import likely_cause
from receiptkit.server.settings import LOOPBACK
from receiptkit.server.tls import NAMES, VARIABLES, Certificate, certificate
from receiptkit.validation.output_files import InputFiles, Replaceable, written

if TYPE_CHECKING:
    from receiptkit.live.session import Handled, Session
    from receiptkit.server import Control
    from receiptkit.server.request_log import Call
    from receiptkit.server.sender import Sent

_LOG_FORMATS = ("off", "lines", "json")
_F = TypeVar("_F", bound=Callable[..., Any])
_READY = "receiptkit-ready"
host_option = click.option(
    "--host",
    default=LOOPBACK[0],
    show_default=True,
    help="Address to listen on; any other opens the server to others.",
)
ready_file_option = click.option(
    "--ready-file",
    metavar="FILE",
    help="Write a JSON object to FILE when the server is ready; - prints it instead of the text.",
)


def tls_options(command: _F) -> _F:
    """Add the options of a server that speaks TLS."""
    return with_options(
        command,
        click.option(
            "--tls",
            is_flag=True,
            help="Speak TLS, with a certificate made for this run, also for "
            "conversations.twilio.com.",
        ),
        click.option(
            "--tls-certificate",
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False),
            help="Speak TLS with this certificate (PEM, with its key, unless --tls-key has it).",
        ),
        click.option(
            "--tls-key",
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False),
            help="Private key of --tls-certificate.",
        ),
    )


def port_option(help_: str = "Port to listen on; 0 takes a free one.") -> Callable[[_F], _F]:
    """Return the option `--port`."""
    return click.option(
        "--port", type=click.IntRange(0, 65535), default=0, show_default=True, help=help_
    )


def log_option(what: str) -> Callable[[_F], _F]:
    """Return the option `--log` of a command that logs `what`."""
    return click.option(
        "--log",
        type=click.Choice(_LOG_FORMATS),
        default="lines",
        show_default=True,
        help=f"Log {what} on standard error.",
    )


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


@dataclass(frozen=True)
class Started:
    """
    A server that listens.

    Attributes:
        url: where it is.
        authority: the file with the certificate to trust; None without TLS.
    """

    url: str
    authority: str | None
    _server: Any
    _socket: Any

    def end(self) -> None:
        """End the run."""
        self._server.should_exit = True

    def run(self, ready_file: str | None, **about: Any) -> None:
        """Answer until the end; `about` has more members of the sign, see `ready`."""
        with ready(ready_file, url=self.url, **about, authority=self.authority):
            self._server.run(sockets=[self._socket])

    def trust(self) -> Iterator[str]:
        """Yield the lines of a banner about the certificate; none without TLS."""
        if self.authority is not None:
            yield f"  trust        {' '.join(f'{name}={self.authority}' for name in VARIABLES)}"
            yield f"  host alias   127.0.0.1 {NAMES[0]} in /etc/hosts, with --port 443"


@contextmanager
def started(application: Any, options: dict[str, Any], *, dates: bool = True) -> Iterator[Started]:
    """
    Yield a server that listens as the options of a command say; an interrupt ends it.

    Args:
        application: answers.
        options: host, port, and those of `tls_options`.
        dates: True to add the header Date.
    """
    from receiptkit.server import listening, server_of, url_of

    with (
        tls_of(options["tls"], options["tls_certificate"], options["tls_key"]) as certificate,
        listening(options["host"], options["port"]) as own,
    ):
        server = server_of(application, certificate, dates=dates)
        url = url_of(own, "https" if certificate else "http")
        # Before its address is printed, after which it may be stopped any time: uvicorn takes over
        # only once it runs.
        with at_interrupt(server.handle_exit):
            yield Started(url, certificate.authority if certificate else None, server, own)


@contextmanager
def ready(path: str | None, **about: Any) -> Iterator[None]:
    """
    Say that the server is ready, in a file that exists while the block lasts, or on a line.

    The socket listens already, so requests get a response from now on.

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
    from receiptkit.server.operations import WORDS
    from receiptkit.validation.public_urls import PublicUrls, public_method

    write = _write_json if log_format == "json" else _write_line

    urls = PublicUrls(control.state.contract, WORDS)

    def call(each: Call) -> None:
        shown = {
            "method": public_method(each.method),
            "path": urls.path(each.path, shows_sids=True),
        }
        write("call", {**each._asdict(), **shown}, "")

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

    def note(text: str) -> None:
        _write(json.dumps({"kind": "note", "text": text}))

    control.log.listener, control.sender.listener = call, webhook
    # Among lines of text, a note needs no other form.
    control.log.note_listener = note if log_format == "json" else None
    try:
        yield
    finally:
        control.log.listener = control.sender.listener = control.log.note_listener = None


@contextmanager
def handled_logged(session: Session, log_format: str) -> Iterator[None]:
    """Write a line for each request that a receiver or a proxy handled to standard error."""
    from receiptkit.validation.public_urls import public_method

    def line(each: Handled) -> None:
        verdict = each.verdict.text if each.verdict is not None else "not of the contract"
        shown = {
            "method": public_method(each.method),
            "path": session.public_path(each.path),
            "verdict": verdict,
        }
        log_request(log_format, {**each._asdict(), **shown})

    session.listener = None if log_format == "off" else line
    try:
        yield
    finally:
        session.listener = None


def log_request(log_format: str, about: dict[str, Any]) -> None:
    """
    Write a line for a request that went on to another server to standard error.

    Args:
        log_format: one of `LOG_FORMATS`.
        about: its number, method, path, outcome and milliseconds, and its result if there is one.
    """
    if log_format == "json":
        _write(json.dumps({"kind": "request", **about}))
    elif log_format == "lines":
        answered = f" -> {about['outcome']} {about['milliseconds']:g} ms"
        verdict = f": {about['verdict']}" if "verdict" in about else ""
        what = f"{about['number']} {about['method']} {about['path']}"
        _write(f"{what}{answered if about['outcome'] is not None else ''}{verdict}")


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
    # The log may have no reader, and the server goes on.
    with suppress(OSError, ValueError):
        sys.stderr.write(printable(line) + "\n")
        sys.stderr.flush()
