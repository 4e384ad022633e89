"""The options of `validate` for much input: processes, a cluster, and states between runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from receiptkit.captures import Source
from receiptkit.cli.inputs import Sources
from receiptkit.cli.parameters import with_options
from receiptkit.cli.process import processors
from receiptkit.model.errors import UsageError
from receiptkit.validation.run import Validation
from receiptkit.validation.summary import Summary

if TYPE_CHECKING:
    from receiptkit.history.state import Keeper

#: Starting processes for less input than this costs more than it gains.
_WORTHWHILE = 32 * 2**20
_F = TypeVar("_F", bound=Callable[..., Any])


def scale_options(command: _F) -> _F:
    """Add the options to a command."""
    return with_options(
        command,
        click.option(
            "--state",
            metavar="FOLDER|URL",
            help="Keep states of receipts between runs, and check across runs; implies --join.",
        ),
        click.option(
            "--state-days",
            type=click.IntRange(1),
            default=7,
            show_default=True,
            help="Days that --state keeps a receipt after its last event.",
        ),
        click.option(
            "--cluster",
            metavar="ADDRESS",
            help="Run on Dask: local starts --jobs workers here, tcp://HOST:PORT is a scheduler.",
        ),
    )


def keeper_of(options: Mapping[str, Any]) -> Keeper | None:
    """Return what keeps states between runs; None without `--state`."""
    if not options["state"]:
        return None
    from receiptkit.history.state import Keeper

    return Keeper(options["state"], options["state_days"])


def state_line(counts: Mapping[str, int]) -> str:
    """Return what was kept as a line."""
    text = f"--state: {counts['kept']:,} receipts kept, {counts['expired']:,} expired"
    lost = counts["lost"]
    return f"{text}; {lost:,} pieces of earlier runs could not be read" if lost else text


def runner_of(
    validation: Validation, options: Mapping[str, Any], sources: Sources
) -> Callable[..., Summary]:
    """Return what runs over sources: one process, also where a report draws; several; a cluster."""
    if options["cluster"]:
        if validation.pictures is not None:
            raise UsageError(
                "--cluster: a report with drawings needs one process; use another format"
            )
        from receiptkit.scale import cluster

        return partial(
            cluster.run,
            address=options["cluster"],
            workers=options["jobs"] or processors(),
            values=options["show_values"],
        )
    size = sum(source.size for source in sources if isinstance(source, Source))
    jobs = options["jobs"] or (processors() if size >= _WORTHWHILE else 1)
    if jobs < 2 or validation.pictures is not None:
        return Validation.run
    from receiptkit.validation import processes

    return partial(processes.run, jobs=jobs, values=options["show_values"])
