"""The documentation is complete, its links lead somewhere, and its sentences are short."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import examples
import receiptkit
from conftest import ROOT
from receiptkit import pytest_plugin, server
from receiptkit.cli.commands import cli
from receiptkit.generation import SCENARIOS
from receiptkit.pytest_plugin.options import OPTIONS
from receiptkit.server.faults import REQUESTS, WEBHOOKS
from receiptkit.server.settings import ASSUMED
from receiptkit.validation import project_settings

PAGES = {
    page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in examples.pages()
}
ALL = "\n".join(PAGES.values())
#: Where each command and its options are explained.
PAGE_OF = {
    "validate": "docs/judge-captures.md",
    "generate": "docs/generate.md",
    "fixtures": "docs/generate.md",
    "serve": "docs/local-twilio.md",
    "listen": "docs/live.md",
    "proxy": "docs/live.md",
    "replay": "docs/live.md",
    "trigger": "docs/webhooks.md",
    "spec": "docs/documents.md",
    "drift": "docs/documents.md",
    "scan": "docs/scan-and-scrub.md",
    "scrub": "docs/scan-and-scrub.md",
    "rules": "docs/findings.md",
    "init": "docs/getting-started.md",
}
#: What is not written in docs/, but linked.
OTHERS = (
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "AGENTS.md",
    "llms.txt",
    "skills/receiptkit/SKILL.md",
    "spec/README.md",
    "fixtures/README.md",
    "docs/rules.md",
)
#: Documents that are read as English.
PROSE = (*PAGES, "AGENTS.md", "skills/receiptkit/SKILL.md", "spec/README.md", "fixtures/README.md")
_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")
_WORDS = 25
#: Turns of phrase that people read twice.
_DIALECT = re.compile(
    r"\b(is told|are told|is said|is none|as it is|of its own|whoever|no such|walk"
    r"|stands(?! still))\b",
    re.IGNORECASE,
)


def _options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from (
                option
                for option in parameter.opts
                if option.startswith("--") and option != "--help"
            )
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            each = command.get_command(click.Context(command), name)
            assert each is not None
            yield from _options(each)


def _command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def _commands() -> list[str]:
    return cli.list_commands(click.Context(cli))


def _choices(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter.type, click.Choice):
            yield from (str(choice) for choice in parameter.type.choices)


def _named(name: str, text: str) -> bool:
    """Return True if a name appears in a text as code, or within a command."""
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None


# -- complete


def test_every_command_is_documented() -> None:
    assert [name for name in _commands() if f"receiptkit {name}" not in ALL] == []


@pytest.mark.parametrize("name", PAGE_OF)
def test_every_option_of_a_command_is_on_its_page(name: str) -> None:
    page = PAGES[PAGE_OF[name]]
    assert [option for option in _options(_command(name)) if not _named(option, page)] == []


def test_no_command_with_options_lacks_a_page() -> None:
    assert {name for name in _commands() if list(_options(_command(name)))} <= PAGE_OF.keys()


def test_every_option_has_help() -> None:
    for name in _commands():
        for parameter in _command(name).params:
            assert not isinstance(parameter, click.Option) or parameter.help, (name, parameter.name)


@pytest.mark.parametrize("name", ["validate", "generate", "serve", "trigger"])
def test_every_choice_of_an_option_is_documented(name: str) -> None:
    """Profiles, formats, reports, forms, clocks, streams."""
    assert [choice for choice in _choices(_command(name)) if not _named(choice, ALL)] == []


def test_every_scenario_is_documented() -> None:
    assert [name for name in SCENARIOS if not _named(name, PAGES["docs/generate.md"])] == []


def test_every_fixture_marker_and_option_of_the_plugin_is_documented() -> None:
    names = [name for name in pytest_plugin.__all__ if not name.startswith(("_", "pytest_"))]
    names += [f"--receipts-{option}" for option in OPTIONS]
    names += ["receipt_scenarios", "receipt_breakages", "receipts_allow"]
    assert [name for name in names if not _named(name, PAGES["docs/pytest.md"])] == []


def test_every_setting_is_documented() -> None:
    assert [
        name
        for name in project_settings.setting_names()
        if f"| `{name}` |" not in PAGES["docs/settings.md"]
    ] == []


def test_every_public_name_is_documented() -> None:
    assert [name for name in receiptkit.__all__ if f"`{name}`" not in PAGES["docs/python.md"]] == []


def test_every_attribute_of_a_finding_is_documented() -> None:
    names = receiptkit.Finding.__dataclass_fields__
    assert [name for name in names if f"`{name}`" not in PAGES["docs/python.md"]] == []


def test_every_member_of_a_running_server_is_documented() -> None:
    annotated = inspect.signature(server.Running).parameters
    names = {name for name in (*dir(server.Running), *annotated) if not name.startswith("_")}
    page = PAGES["docs/local-twilio.md"]
    assert [name for name in names if f"`.{name}" not in page] == []


def test_every_fault_is_documented() -> None:
    page = PAGES["docs/local-twilio.md"]
    assert [name for name in (*REQUESTS, *WEBHOOKS) if f"| `{name}` |" not in page] == []


def test_every_assumption_is_documented() -> None:
    page = PAGES["docs/local-twilio.md"]
    assert [name for name in ASSUMED if f"`{name.replace('_', '-')}=" not in page] == []


def test_every_page_is_in_the_index() -> None:
    pages = [
        Path(name).name for name in PAGES if name.startswith("docs/") and name != "docs/README.md"
    ]
    assert [
        name for name in (*pages, "rules.md") if f"]({name})" not in PAGES["docs/README.md"]
    ] == []


def test_make_targets_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"`make ([a-z]+)", ALL + (ROOT / "CONTRIBUTING.md").read_text()))
    assert told <= targets


def test_no_example_shows_a_crash() -> None:
    """No output that `make examples` wrote into the pages is an error of a shell or a traceback."""
    crash = re.compile(
        r"^(Traceback|INTERNALERROR|ERROR: |Usage: |bash: |curl: )|command not found", re.MULTILINE
    )
    assert [name for name, text in PAGES.items() if crash.search(text)] == []


# -- readable


def test_the_readme_is_short() -> None:
    assert len(PAGES["README.md"].splitlines()) <= 150


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs, headings, items and rows of a document; code is one word."""
    text = _COMMENT.sub("", _BLOCK.sub("", text))
    text = _LINK.sub(lambda match: match["text"], text)
    text = re.sub(r"``.*?``", "code", text)
    text = re.sub(r"`[^`\n]*(?:\n[^`\n]+)?`", "code", text)
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-#|]|[0-9]+\. ))", text):
        if paragraph.strip():
            yield " ".join(paragraph.split())


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a document; a cell of a table is one."""
    for paragraph in _paragraphs(text):
        for cell in paragraph.split("|") if paragraph.startswith("|") else [paragraph]:
            yield from (
                sentence
                for sentence in re.split(r"(?<=[.!?])\s+", " ".join(cell.split()))
                if sentence
            )


@pytest.mark.parametrize("name", PROSE)
def test_sentences_are_short(name: str) -> None:
    """A sentence has at most 25 words."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [
        each for each in _sentences(text) if len(re.findall(r"\w['./\w-]*", each)) > _WORDS
    ] == []


def _prose(text: str) -> str:
    """
    Return the sentences of running text, one a line: without code, headings and tables.

    A name of the API counts as one short word. An item of a list, and each part of a list in a
    sentence, is a sentence.
    """
    lines = []
    for paragraph in _paragraphs(text):
        if not paragraph.startswith(("|", "#")):
            sentence = re.sub(r"^(?:-|[0-9]+\.) ", "", paragraph).replace("*", "")
            lines.append(re.sub(r"[:;](?= |$)", ".", sentence))
    return "\n".join(line if line.endswith((".", "!", "?")) else f"{line}." for line in lines)


@pytest.mark.parametrize("name", PROSE)
def test_reading_is_easy(name: str) -> None:
    """The Flesch-Kincaid grade of the running text is at most 9."""
    textstat = pytest.importorskip("textstat", reason="textstat is not installed")
    prose = _prose((ROOT / name).read_text(encoding="utf-8"))
    assert textstat.flesch_kincaid_grade(prose) <= 9


def test_hard_text_is_noticed() -> None:
    textstat = pytest.importorskip("textstat", reason="textstat is not installed")
    hard = (
        "Notwithstanding considerable organisational heterogeneity, implementation "
        "responsibilities necessitate comprehensive interdepartmental coordination."
    )
    assert textstat.flesch_kincaid_grade(_prose(f"# Title\n\n{hard}\n\n- `code`\n")) > 9


@pytest.mark.parametrize("name", PROSE)
def test_words_are_plain(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [each for each in _sentences(text) if _DIALECT.search(each)] == []


# -- linked


def _anchors(text: str) -> set[str]:
    """Return the anchors of a page, as GitHub makes them from headings."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", [*PAGES, *OTHERS])
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link has a target, and every anchor a heading."""
    document = ROOT / name
    for match in _LINK.finditer(_BLOCK.sub("", document.read_text(encoding="utf-8"))):
        target, _, anchor = match["target"].partition("#")
        if ":" in target:
            continue
        path = document.parent / target if target else document
        assert path.exists(), match[0]
        assert not anchor or anchor in _anchors(path.read_text(encoding="utf-8")), match[0]


def test_nothing_names_this_machine() -> None:
    """No tracked text holds a path of a developer's machine."""
    suffixes = {".py", ".md", ".toml", ".yaml", ".json", ".ndjson", ""}
    own = re.compile(r"(^|[\s\"'=(])/(home/(?!you/)|root|Users|work)/?[A-Za-z]")
    found = [
        path
        for folder in ("toolkit", "spec", "tests", "fixtures", "docs")
        for path in (ROOT / folder).rglob("*")
    ]
    for path in (*found, *ROOT.glob("*.md")):
        if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts:
            assert not own.search(path.read_text(errors="replace")), path
