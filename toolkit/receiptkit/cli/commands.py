"""The command `receiptkit`. Subcommands are imported when they are used."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import click

from receiptkit import __version__
from receiptkit.cli.process import begin_work, end_quietly, prepare_process, say
from receiptkit.model.errors import OutputError, ReceiptkitError, os_reason
from receiptkit.model.limits import chosen, holding

#: Newer clicks raise this for a group without a command; older ones print the help themselves.
_NO_ARGUMENTS: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())
_FAILED = 2

_COMMANDS = {
    "validate": ("receiptkit.cli.validate", "Check captured responses and webhooks."),
    "scan": ("receiptkit.cli.scan", "Check every capture and mock of a repository."),
    "scrub": ("receiptkit.cli.scrub", "Replace personal data in captures by pseudonyms."),
    "generate": (
        "receiptkit.cli.generate",
        "Generate pages, messages, webhooks and captures of a scenario.",
    ),
    "scenarios": ("receiptkit.cli.generate", "List the scenarios."),
    "serve": ("receiptkit.cli.serve", "Run a local Twilio Conversations, with webhooks."),
    "trigger": ("receiptkit.cli.trigger", "Send the webhooks of a scenario once."),
    "listen": ("receiptkit.cli.listen", "Receive webhooks, check, keep and forward them."),
    "proxy": ("receiptkit.cli.proxy", "Check an API's responses on their way to any client."),
    "replay": ("receiptkit.cli.replay", "Send recorded webhooks again."),
    "fixtures": (
        "receiptkit.cli.fixtures",
        "Write fixtures: every scenario and every breakage as files.",
    ),
    "rules": ("receiptkit.cli.explain", "List the rules."),
    "explain": (
        "receiptkit.cli.explain",
        "Explain a rule: why it exists, its source, what to do.",
    ),
    "spec": ("receiptkit.cli.spec", "Show, build or update the contract documents."),
    "drift": ("receiptkit.cli.drift", "Report what a newer document of Twilio's would change."),
    "init": ("receiptkit.cli.init", "Set up a project: settings, guard, CI step, first baseline."),
    "doctor": (
        "receiptkit.cli.doctor",
        "Show versions, extras, clients that the guard sees, and settings.",
    ),
}


class _Lazy(click.Group):
    """A group whose commands are imported on use, so that `--help` and `--version` stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], _COMMANDS, n=1)
            ctx.fail(
                f"No such command {args[0]!r}." + (f" Did you mean {close[0]!r}?" if close else "")
            )
        return super().resolve_command(ctx, args)


def _show_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    click.echo(f"receiptkit {__version__}")
    if ctx.params["verbose"]:
        from receiptkit.cli import installation

        for line in (
            installation.platform_line(),
            *installation.contract_lines(),
            *installation.engine_lines(),
        ):
            click.echo(line)
    ctx.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, callback=_show_version, help="Show the version."
)
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    is_eager=True,
    help="With --version: also show Python, the contracts and the engines.",
)
@click.pass_obj
def cli(begin: Callable[[], None] | None, *, verbose: bool) -> None:
    """Contract tests and fixtures for the delivery receipts of Twilio Conversations."""
    if verbose:
        raise click.UsageError("-v belongs to --version here; write it after the command instead")
    if begin is not None:
        # The module of the command has been imported.
        begin()


def run(argv: Sequence[str] | None) -> int:
    """Run the command line; return its exit code."""
    if argv is not None:
        return _code(list(argv))
    prepare_process()
    try:
        return _flushed(_code(None, begin_work))
    except Exception as error:  # noqa: BLE001 # exit 1, which Python would give, means findings
        return _internal(error)
    finally:
        end_quietly()


def _code(argv: list[str] | None, begin: Callable[[], None] | None = None) -> int:
    try:
        # A mistake among the options leaves the limits among them unused.
        with holding(chosen()):
            code = cli.main(args=argv, prog_name="receiptkit", standalone_mode=False, obj=begin)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except _NO_ARGUMENTS as error:
        click.echo(error.format_message())
        return _FAILED
    except click.NoSuchOption as error:
        return _complain(_unknown_option(error))
    except click.UsageError as error:
        hint = f" (see `{error.ctx.command_path} --help`)" if error.ctx else ""
        return _complain(" ".join(error.format_message().split()) + hint)
    except click.ClickException as error:
        return _complain(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted")
    except OutputError as error:
        return _unwritable(error.cause)
    except ReceiptkitError as error:
        return _complain(str(error))
    except OSError as error:
        return _unwritable(error)
    except ModuleNotFoundError as error:
        return _without(error)
    except SystemExit:
        # click raises this for a pipe without a reader; its exit code would mean findings.
        return _unwritable(BrokenPipeError())


#: What users call an option elsewhere, and the options that mean it, which one command has.
_MEANT = {
    "--public-url": ("--called-at", "--public-url"),
    "--webhook-url": ("--called-at", "--public-url", "--to"),
    "--callback-url": ("--called-at", "--public-url", "--to"),
    "--called-at": ("--public-url",),
    "--base-url": ("--api-base-url",),
    "--target": ("--to",),
    "--openapi": ("--document",),
    "--spec": ("--document",),
    "--schema": ("--document",),
    "--contract": ("--document",),
    "--token": ("--auth-token-env",),
    "--auth-token": ("--auth-token-env",),
    "--verbose-values": ("--show-values",),
    "--output-format": ("--format",),
    "--report": ("--output",),
}


def _unknown_option(error: click.NoSuchOption) -> str:
    """Return the message about an unknown option, with the one that means the same, if any."""
    ctx = error.ctx
    own = {name for each in (ctx.command.params if ctx else ()) for name in each.opts}
    meant = [each for each in _MEANT.get(error.option_name, ()) if each in own]
    text = " ".join(error.format_message().split())
    if meant:
        text = f"No such option {error.option_name!r}. Did you mean {meant[0]!r}?"
    return text + (f" (see `{ctx.command_path} --help`)" if ctx else "")


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except OSError as error:
        return _unwritable(error)
    except KeyboardInterrupt:
        return _complain("interrupted")
    return code


def _unwritable(error: OSError) -> int:
    """Report that the output cannot be written, unless its reader went away, as `head` does."""
    # What is still held would only be tried again at the end of the process.
    sys.stdout = io.StringIO()
    if isinstance(error, BrokenPipeError):
        sys.stderr = io.StringIO()
        return _FAILED
    try:
        os.getcwd()
    except OSError:
        return _complain("the current folder is gone; change to another one")
    return _complain(f"the report cannot be written: {os_reason(error)}")


def _without(error: ModuleNotFoundError) -> int:
    """Name the extra that a command needs. Raises the error again if no extra has the package."""
    from receiptkit.cli.installation import how_to_get

    missing = str(error.name).partition(".")[0]
    remedy = how_to_get(missing)
    if not remedy:
        raise error
    return _complain(f"this command needs {missing}: {remedy}")


def _internal(error: Exception) -> int:
    """Report a defect of receiptkit; the text of the exception may hold captured values."""
    import traceback

    if _was_interrupted(error):
        return _complain("interrupted")
    if os.environ.get("RECEIPTKIT_TRACEBACK"):
        traceback.print_exc()
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return _complain(
        f"internal error: {type(error).__name__} at {place}; RECEIPTKIT_TRACEBACK=1 shows more"
    )


def _was_interrupted(error: BaseException | None) -> bool:
    """Return True if Ctrl-C or TERM caused an exception; Python wraps it while it makes a class."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _complain(message: str) -> int:
    say(message)
    return _FAILED
