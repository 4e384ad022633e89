"""The door to Dask: start workers here, or find a scheduler, and ask workers for their versions."""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.scale.functions import demand_versions, versions
from receiptkit.storage import shown

LOCAL = "local"
_SILENT = logging.CRITICAL + 1
_TALKATIVE = ("client", "core", "utils", "batched")


@contextmanager
def client_of(address: str, workers: int) -> Iterator[Any]:
    """
    Yield a client of Dask's for a scheduler, or for workers that live as long as the block.

    Args:
        address: `local`, or the address of the scheduler.
        workers: how many workers to start here.

    Raises:
        UsageError: Dask is missing, or no scheduler answers.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise UsageError("--cluster needs Dask; `pip install 'receiptkit[dask]'`") from None
    for name in _TALKATIVE:
        # A dead worker and a lost scheduler are reported here instead.
        logging.getLogger(f"distributed.{name}").setLevel(_SILENT)
    with warnings.catch_warnings():
        # They are about the port of a dashboard, versions (compared here) and large tasks.
        warnings.simplefilter("ignore")
        if address != LOCAL:
            try:
                client = distributed.Client(address, timeout="10s", set_as_default=False)
            except (OSError, ValueError, TypeError) as error:
                has_user = "@" in address
                # Dask knows no users, and quotes what it is given without its scheme.
                said = "use tcp://HOST:PORT" if has_user else line_of(error)
                raise UsageError(
                    f"--cluster {shown(address)}: no scheduler answers there ({said})"
                ) from None
            with client:
                yield client
            return
        with _interrupts_held():
            cluster = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, silence_logs=_SILENT
            )
        with cluster, distributed.Client(cluster, set_as_default=False) as client:
            yield client


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """
    Hold interrupts back, in this thread for a while, and in what it starts for good.

    Ctrl-C at a terminal reaches workers, too, who would print where they were; this process ends
    them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    # It lets interrupts through again in the thread that starts it.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def demand_same_versions(client: Any) -> None:
    """Raise `UsageError` if there is no worker, or one that has other versions."""
    wanted = versions()
    try:
        client.wait_for_workers(1, timeout="30s")
        found = client.run(_versions)
    except TimeoutError:
        raise UsageError("--cluster: the scheduler has no workers") from None
    except Exception as error:  # noqa: BLE001 # whatever a worker raises
        raise UsageError(f"--cluster: a worker cannot run receiptkit: {line_of(error)}") from None
    for address, each in sorted(found.items()):
        demand_versions(wanted, each, f"--cluster: the worker {address}")


def _versions() -> dict[str, str]:
    from receiptkit.scale.functions import versions as of_worker

    return of_worker()


def killed() -> type[Exception]:
    """Return the exception of a task whose workers died."""
    found: type[Exception] = import_module("distributed.scheduler").KilledWorker
    return found


def line_of(error: Exception) -> str:
    """Return what an error says, as one line without credentials."""
    return shown(" ".join(str(error).split())) or type(error).__name__
