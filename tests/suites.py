"""Suites of consumers', run by tests of the plugin."""

from __future__ import annotations

import re
from importlib import import_module
from textwrap import dedent

import pytest

from receiptkit.generation import Generator, Rendering

# pytester forgets what a suite imports; libraries do not bear being imported twice.
for _name in (
    "aiohttp",
    "aioresponses",
    "anyio._backends._asyncio",
    "flask",
    "httpx",
    "requests",
    "requests_mock",
    "responses",
    "respx",
    "starlette.testclient",
    "twilio.rest",
    "vcr",
):
    import_module(_name)

#: A world that the tests of the plugin serve, by URL.
WORLD = Generator().world("three-pages", seed=7)
RENDERING: Rendering = Generator().at(WORLD)
URL = f"https://conversations.twilio.com/v1/Conversations/{WORLD.conversation_sid}/Messages/{WORLD.message.sid}/Receipts"

#: By its name as an entry point, pytest would take the module of the standard library for it.
ASYNCIO = "pytest_asyncio.plugin"

#: A receiver of webhooks, and the test client of Starlette.
HOOK = """
from served import *
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

async def hook(request):
    return Response(status_code=204)

client = TestClient(Starlette(routes=[Route("/hooks/twilio", hook, methods=["POST", "GET"])]))
"""
#: Starlette itself warns of its client.
QUIET = ("-W", "ignore")

_SECONDS = re.compile(r"in [0-9.]+s\b")
_RULE = re.compile(r"^([=_-]{3,}) (.*?) [=_-]{3,}$", re.MULTILINE)


class Suite:
    """
    A suite in a folder of its own, run with this plugin and those that are named, and no others.

    Args:
        pytester: whose folder it is.
    """

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.result: pytest.RunResult

    def write(self, **files: str) -> None:
        """Write modules, by their names."""
        self.pytester.makepyfile(**{name: dedent(text) for name, text in files.items()})

    def run(self, *arguments: str, plugins: tuple[str, ...] = (), alone: bool = False) -> str:
        """
        Run it, and return what it prints, without times and with short rules.

        Args:
            arguments: of pytest.
            plugins: other plugins, by the names of their entry points.
            alone: whether to run it in a process of its own.
        """
        if ASYNCIO in plugins:
            # Older ones leave event loops behind, whose warnings another suite would get.
            alone = True
            arguments = ("-o", "asyncio_default_fixture_loop_scope=function", *arguments)
        named = [part for name in ("receiptkit", *plugins) for part in ("-p", name)]
        how = self.pytester.runpytest_subprocess if alone else self.pytester.runpytest_inprocess
        # In this process the plugin has been imported before.
        quiet = () if alone else ("-W", "ignore:Module already imported so cannot be rewritten")
        self.result = how(*quiet, "-q", "-p", "no:cacheprovider", *named, *arguments)
        printed = str(self.result.stdout.str()) + "\n"
        return _RULE.sub(r"=== \2 ===", tidied(printed))

    def outcomes(self, **expected: int) -> None:
        """Hold the outcomes of the last run against these, and all others against none."""
        self.result.assert_outcomes(**expected)


def tidied(printed: str) -> str:
    """Return the output of pytest without times, and with the newer name of its error."""
    return _SECONDS.sub("in 0s", printed).replace(
        "_pytest.config.exceptions.UsageError", "pytest.UsageError"
    )


def block(text: str) -> str:
    """Return a block of output without its indentation."""
    return dedent(text).strip("\n")
