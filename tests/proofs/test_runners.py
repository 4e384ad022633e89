"""The guard beside plugins that run tests in their own ways: `make proofs` installs and tries them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest

from conftest import ROOT
from environments import interpreter
from ways import SERVED

_COMMON = ("requests", "responses")
ENVIRONMENTS = {
    "newest runners": (
        *_COMMON,
        "django",
        "flaky",
        "pytest",
        "pytest-django",
        "pytest-mock",
        "pytest-rerunfailures",
        "pytest-xdist",
    ),
    "oldest runners": (
        *_COMMON,
        "flaky==3.8.0",
        "pytest==7.4.0",
        "pytest-mock==3.11.0",
        "pytest-rerunfailures==12.0",
        "pytest-subtests==0.11.0",
        "pytest-xdist==3.6.0",
    ),
}
_GET = """
from served import *
import requests, responses

@responses.activate
def get():
    responses.get(URL, json=PAGE)
    requests.get(URL20)
"""
_FOUR = _GET + "@pytest.mark.parametrize('_', [1, 2, 3, 4])\ndef test_it(_):\n    get()\n"

#: Suites: the plugin that they need, their text, arguments of pytest, and the outcomes.
SUITES = {
    "unittest": (
        "pytest",
        _GET
        + """
import unittest

class TestIt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        pass

    def test_lie(self):
        get()

    def test_subtests(self):
        get()
        for number in range(2):
            with self.subTest(number=number):
                pass

    @unittest.skip("not today")
    def test_skipped(self):
        get()

class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_lie(self):
        get()
""",
        (),
        {"failed": 3, "skipped": 1},
    ),
    "skipped subtests": (
        "_pytest.subtests|pytest_subtests",
        _GET
        + """
def test_it(subtests):
    get()
    with subtests.test("windows only"):
        pytest.skip("not here")
""",
        (),
        {"failed": 1},
    ),
    "rerunfailures": (
        "pytest_rerunfailures",
        _GET
        + """
TIMES = []

def test_lies_once():
    TIMES.append(1)
    if len(TIMES) == 1:
        get()

def test_lies_always():
    get()
""",
        ("--reruns", "1", "-p", "no:flaky"),
        {"failed": 1, "passed": 1, "rerun": 2},
    ),
    "flaky": (
        "flaky",
        _GET
        + """
from flaky import flaky
TIMES = []

@flaky
def test_lies_once():
    TIMES.append(1)
    if len(TIMES) == 1:
        get()

@flaky
def test_lies_always():
    get()
""",
        (),
        {"failed": 1, "passed": 1},
    ),
    **{
        f"xdist, {how}": ("xdist", _FOUR, ("-n", "2", "--dist", how), {"failed": 4})
        for how in ("load", "loadscope", "loadfile", "loadgroup", "worksteal")
    },
    "xdist, each": (
        "xdist",
        _FOUR,
        ("--dist", "each", "--tx", "2*popen"),
        {"failed": 8},
    ),
    "pytest-mock": (
        "pytest_mock",
        _GET
        + """
def test_lie(mocker):
    mocker.patch("os.getcwd")
    get()
""",
        (),
        {"failed": 1},
    ),
    "Django's TestCase": (
        "pytest_django",
        """
from served import *
from django.http import HttpResponse
from django.test import SimpleTestCase, override_settings
from django.urls import path
from urllib.parse import urlencode

def hook(request):
    return HttpResponse(request.POST["Status"])

urlpatterns = [path("hook", hook)]

@override_settings(ROOT_URLCONF=__name__)
class TestHook(SimpleTestCase):
    def test_lie(self):
        kind = "application/x-www-form-urlencoded"
        assert self.client.post("/hook", urlencode(FORM), content_type=kind).status_code == 200

@pytest.mark.urls(__name__)
def test_fixture(client):
    kind = "application/x-www-form-urlencoded"
    assert client.post("/hook", urlencode(FORM), content_type=kind).status_code == 200
""",
        ("--ds", "project_settings"),
        {"failed": 2},
    ),
}


@pytest.mark.proofs
@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("suite", SUITES)
def test_runner(name: str, suite: str, tmp_path: Path) -> None:
    """A wrong value fails its test once, in every way of running tests, and nothing else changes."""
    module, text, arguments, outcomes = SUITES[suite]
    python = interpreter(name, ENVIRONMENTS[name])
    (tmp_path / "served.py").write_text(SERVED)
    (tmp_path / "project_settings.py").write_text('SECRET_KEY = "x"\nROOT_URLCONF = "test_it"\n')
    (tmp_path / "test_it.py").write_text(dedent(text))
    skips = "import pytest\n" if "|" in module else f"import pytest, {module}\n"
    found = subprocess.run([python, "-c", skips], check=False, capture_output=True)
    if found.returncode:
        pytest.skip(f"{module} is not in this environment")
    command = [python, "-m", "pytest", "-q", "-p", "receiptkit.pytest_plugin", "--receipts-guard"]
    command += ["-W", "ignore", "-p", "no:cacheprovider", *arguments]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "toolkit"), str(tmp_path)]),
    }
    ran = subprocess.run(
        command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    last = ran.stdout.strip().splitlines()[-1]
    counts = {word: int(count) for count, word in re.findall(r"(\d+) (failed|passed|rerun)", last)}
    wanted = {word: count for word, count in outcomes.items() if word != "skipped"}
    assert {word: counts.get(word, 0) for word in wanted} == wanted, ran.stdout
    assert "receipt guard errors" not in ran.stdout
    assert "INTERNALERROR" not in ran.stdout
