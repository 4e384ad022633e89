"""`receiptkit scan` over a repository with wrong bodies in many languages and spellings."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from receiptkit.rules.examples import sample

Run = Callable[..., tuple[int, str, str]]
_RECEIPT: dict[str, Any] = {**sample("receipt"), "status": "queued"}
_HOOK: dict[str, str] = {**sample("webhook")["params"], "Status": "queued"}


def _members(values: dict[str, Any], form: str, joint: str = ",\n", nothing: str = "null") -> str:
    """Return members in the form of a language; `{k}` and `{v}` are name and value."""
    return joint.join(
        form.format(k=name, v=nothing if value is None else json.dumps(value))
        for name, value in values.items()
    )


#: Values that a language writes like JSON, or as a map of its own: each is judged.
JUDGED = {
    "keywords.py": f"RECEIPT = dict(\n{_members(_RECEIPT, '    {k}={v}', nothing='None')},\n)\n",
    "pairs.py": f"HOOK = dict([\n{_members(_HOOK, '({k!r}, {v})')}\n])\n",
    "tuples.py": f"client.post(URL, data=[\n{_members(_HOOK, '({k!r}, {v})')}\n])\n",
    "shape.ts": f"export const r = {{\n{_members(_RECEIPT, '  {k}: {v}')}\n}} satisfies Receipt\n",
    "computed.js": f"f({{\n{_members(_RECEIPT, '  [{k!r}]: {v}')}\n}})\n",
    "params.mjs": f"new URLSearchParams([\n{_members(_HOOK, '  [{k!r}, {v}]')}\n])\n",
    "strings.rb": f"R = {{\n{_members(_RECEIPT, '  {k!r} => {v}', nothing='nil')}\n}}\n",
    "symbols.rb": f"R = {{\n{_members(_RECEIPT, '  :{k} => {v}', nothing='nil')}\n}}\n",
    "symbol_values.rb": "R = {\n"
    + _members(_RECEIPT, "  {k}: {v}", nothing="nil").replace('"queued"', ":queued")
    + "\n}\n",
    "maps.go": f"r := map[string]any{{\n{_members(_RECEIPT, '  {k!r}: {v}', nothing='nil')},\n}}\n".replace(
        "'", '"'
    ),
    "values.go": f"v := url.Values{{\n{_members(_HOOK, '  {k!r}: {{{v}}}')},\n}}\n".replace(
        "'", '"'
    ),
    "gin.go": f"c.JSON(200, gin.H{{\n{_members(_RECEIPT, '  {k!r}: {v}', nothing='nil')},\n}})\n".replace(
        "'", '"'
    ),
    "array.php": f"$r = array(\n{_members(_RECEIPT, '  {k!r} => {v}')}\n);\n",
    "short.php": f"$r = [\n{_members(_RECEIPT, '  {k!r} => {v}')}\n];\n",
    "map.kt": f"val r = mapOf(\n{_members(_RECEIPT, '  {k!r} to {v}')}\n)\n".replace("'", '"'),
    "map.scala": f"val r = Map(\n{_members(_RECEIPT, '  {k!r} -> {v}')}\n)\n".replace("'", '"'),
    "Map.java": f"Map.of(\n{_members(_HOOK, '  {k!r}, {v}')}\n);\n".replace("'", '"'),
    "Entries.java": f"Map.ofEntries(\n{_members(_HOOK, '  entry({k!r}, {v})')}\n);\n".replace(
        "'", '"'
    ),
    "Text.java": f'String body = """\n{json.dumps(_RECEIPT, indent=2)}\n""";\n',
    "Index.cs": f"new Dictionary<string, string> {{\n{_members(_HOOK, '  [{k!r}] = {v}')}\n}};\n".replace(
        "'", '"'
    ),
    "Pairs.cs": f"new Dictionary<string, string> {{\n{_members(_HOOK, '  {{{k!r}, {v}}}')}\n}};\n".replace(
        "'", '"'
    ),
    "Anonymous.cs": f"new {{\n{_members(_RECEIPT, '  {k} = {v}')}\n}};\n",
    "dictionary.swift": f"let r: [String: Any?] = [\n{_members(_RECEIPT, '  {k!r}: {v}', nothing='nil')}\n]\n".replace(
        "'", '"'
    ),
    "map.exs": f"r = %{{\n{_members(_RECEIPT, '  {k!r} => {v}', nothing='nil')}\n}}\n".replace(
        "'", '"'
    ),
    "map.groovy": f"def r = [\n{_members(_RECEIPT, '  {k}: {v}')}\n]\n",
    "table.lua": f"local r = {{\n{_members(_RECEIPT, '  {k} = {v}', nothing='nil')}\n}}\n",
    "macro.rs": f"let r = json!({{\n{_members(_RECEIPT, '  {k!r}: {v}')}\n}});\n".replace("'", '"'),
    "list.r": f"r <- list(\n{_members(_RECEIPT, '  {k} = {v}', nothing='NULL')}\n)\n",
}


_TEXT = json.dumps(_RECEIPT, indent=2)
#: The same as text in the strings of a language.
JUDGED |= {
    "raw.rs": f'let s = r#"{_TEXT}"#;\n',
    "raws.rs": f'let s = r##"\n{_TEXT}\n"##;\n',
    "raw.swift": f'let s = #"{json.dumps(_RECEIPT)}"#\n',
    "lines.swift": f'let s = #"""\n{_TEXT}\n"""#\n',
    "raw.cpp": f'auto s = R"({_TEXT})";\n',
    "fence.cpp": f'auto s = u8R"json({_TEXT})json";\n',
    "Verbatim.cs": 'var s = @"' + _TEXT.replace('"', '""') + '";\n',
    "Raw.cs": f'var s = """\n{_TEXT}\n""";\n',
    "margin.scala": 'val s = """'
    + "\n".join(f"  |{line}" for line in _TEXT.splitlines())
    + '""".stripMargin\n',
    "doubled.vb": 'Dim s = "' + json.dumps(_RECEIPT).replace('"', '""') + '"\n',
    "heredoc.php": f"$x = <<<JSON\n{_TEXT}\nJSON;\n",
    "heredoc.rb": f"x = <<~JSON\n{_TEXT}\nJSON\n",
    "page.html": f"<script>const r = {_TEXT}</script>\n",
    "seed.sql": f"INSERT INTO receipts VALUES ('{json.dumps(_RECEIPT)}');\n",
}


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _pascal(name: str) -> str:
    return _camel(name)[:1].upper() + _camel(name)[1:]


_CAMEL = {_camel(name): value for name, value in _RECEIPT.items()}
_PASCAL = {_pascal(name): value for name, value in _RECEIPT.items() if value is not None}

#: Values in the shape of a library, or made step by step: each is named with its place.
SEEN = {
    "object.ts": f"const receipt = {{\n{_members(_CAMEL, '  {k}: {v}')}\n}};\n",
    "call.py": f"r = DeliveryReceipt(\n{_members(_RECEIPT, '  {k}={v}', nothing='None')}\n)\n",
    "struct.go": f"r := twilio.Receipt{{\n{_members(_PASCAL, '  {k}: {v}')},\n}}\n",
    "struct.rs": f"let r = Receipt {{\n{_members(_RECEIPT, '  {k}: Some({v}.into())')}\n}};\n",
    "Builder.java": f"Receipt.builder(){_members(_CAMEL, '.{k}({v})', '')}.build();\n",
    "Setters.java": "Receipt r = new Receipt();\n" + _members(_PASCAL, "r.set{k}({v});", "\n"),
    "Put.java": f"Map<String, String> m = new HashMap<>();\n{_members(_HOOK, 'm.put({k!r}, {v});', chr(10))}".replace(
        "'", '"'
    ),
    "Object.cs": f"new Receipt {{\n{_members(_PASCAL, '  {k} = {v}')}\n}};\n",
    "init.swift": f"let r = Receipt(\n{_members(_CAMEL, '  {k}: {v}', nothing='nil')}\n)\n",
    "steps.swift": "var r = Receipt()\n" + _members(_CAMEL, "r.{k} = {v}", "\n"),
    "named.kt": f"val r = Receipt(\n{_members(_CAMEL, '  {k} = {v}')}\n)\n",
    "index.js": "const r = {}\n" + _members(_RECEIPT, "r[{k!r}] = {v}", "\n"),
}


#: Values that no literal is made of, in source code and in other texts.
SEEN |= {
    "concat.java": "String s = "
    + " +\n".join(json.dumps(line) for line in _TEXT.splitlines())
    + ";\n",
    "adjacent.c": "char *s = " + "\n".join(json.dumps(line) for line in _TEXT.splitlines()) + ";\n",
    "format.py": 'B = f"""' + _TEXT.replace("{", "{{").replace("}", "}}") + '"""\n',
    "factory.rb": f"factory :receipt do\n{_members(_RECEIPT, '  {k} {{ {v} }}', chr(10))}\nend\n",
    "post.sh": "curl http://localhost/hook "
    + " ".join(f"-d '{name}={value}'" for name, value in _HOOK.items())
    + "\n",
}
#: The same where the file is neither a capture nor source code.
TEXTS = {
    "map.clj": f"(def r {{\n{_members(_RECEIPT, '  :{k} {v}', chr(10), 'nil')}\n}})\n",
    "hash.ps1": f"$r = @{{\n{_members(_RECEIPT, '  {k} = {v}', chr(10))}\n}}\n",
    "map.erl": "R = #{\n" + _members(_RECEIPT, "  <<{k!r}>> => <<{v}>>") + "\n}.\n",
    "main.tf": f"locals {{ r = jsonencode({{\n{_members(_RECEIPT, '  {k} = {v}', chr(10))}\n}}) }}\n",
    "lines.zig": "const s =\n" + "".join(f"  \\\\{line}\n" for line in _TEXT.splitlines()) + ";\n",
    "jest.snap": f"// Jest Snapshot v1\n\nexports[`a 1`] = `\nObject {{\n{_members(_RECEIPT, '  {k!r}: {v}')},\n}}\n`;\n",
    "hook.log": "INFO " + "&".join(f"{name}={value}" for name, value in _HOOK.items()) + "\n",
    "notes.txt": "it said " + "&".join(f"{name}={value}" for name, value in _HOOK.items()) + "\n",
    "receipt.toml": "[receipt]\n" + _members(_RECEIPT, "{k} = {v}", "\n", '""') + "\n",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _scan(run: Run) -> tuple[list[tuple[str, int, str]], list[str]]:
    """Return the findings of a scan, and the places that it could not read."""
    report = json.loads(run("scan", "--format", "json")[1])
    found = [
        (os.path.relpath(each["origin"]["file"]), each["origin"]["line"], each["rule"])
        for each in report["findings"]
    ]
    seen, is_seen = [], False
    for line in run("scan")[1].splitlines():
        is_seen = line.startswith(("seen, not judged", "seen in texts")) or (
            is_seen and line.startswith("  ")
        )
        if is_seen and line.startswith("  "):
            seen.append(line.strip())
    return found, seen


@pytest.mark.parametrize("name", JUDGED)
def test_finds_a_wrong_value_in_every_spelling(repository: Path, run: Run, name: str) -> None:
    """The wrong value is found once, on its line, and nothing else is."""
    text = f"\n\n{JUDGED[name]}"
    (repository / name).write_text(text)
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "queued" in each)
    found, seen = _scan(run)
    assert [(line_, rule) for _, line_, rule in found] == [(line, "schema.enum")]
    assert seen == []


@pytest.mark.parametrize("name", [*SEEN, *TEXTS])
def test_names_places_that_it_cannot_read(repository: Path, run: Run, name: str) -> None:
    """The scan names a place that it cannot read once, without a finding."""
    (repository / name).write_text(f"\n\n{(SEEN | TEXTS)[name]}\n")
    found, seen = _scan(run)
    assert found == []
    assert len(seen) == 1
    assert seen[0].startswith(f"{name}:")


def test_notebooks(repository: Path, run: Run) -> None:
    """Cells are source code, and their outputs are read, each on its line of the notebook."""
    source = f"r = {_RECEIPT!r}\nprint(r)\n".splitlines(keepends=True)
    cells = [
        {"cell_type": "markdown", "source": ["It's so\n"], "metadata": {}},
        {
            "cell_type": "code",
            "source": ["import json\n", *source],
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": [f"{_RECEIPT!r}\n"]},
                {"output_type": "display_data", "data": {"application/json": _RECEIPT}},
                {"output_type": "execute_result", "data": {"text/plain": f"{_RECEIPT!r}"}},
            ],
        },
        {"cell_type": "raw", "source": f"{_RECEIPT!r}"},
        {"cell_type": "code", "source": None, "outputs": 7},
        7,
    ]
    path = repository / "a.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}, indent=1))
    lines = [n for n, line in enumerate(path.read_text().splitlines(), 1) if "queued" in line]
    assert len(lines) == 5
    assert _scan(run)[0] == [("a.ipynb", line, "schema.enum") for line in lines]
    path.write_text('{"cells": 1}')
    assert _scan(run) == ([], [])


OTHERS = {
    "types.ts": "interface R { sid: string; account_sid: string; message_sid: string; status: string; url: string; participant_sid: string; conversation_sid: string }\n",
    "json.ts": f"return {{\n{_members(_CAMEL, '  {k}: this.{k}')}\n}};\n",
    "message.js": f"const m = {{\n{_members({**_CAMEL, 'sid': 'IM' + '1' * 32}, '  {k}: {v}')}\n}};\n",
    "fields.go": "type R struct {\n"
    + "\n".join(f'\t{k} *string `json:"{n}"`' for k, n in zip(_PASCAL, _RECEIPT, strict=False))
    + "\n}\n",
    "assign.py": "self.sid = sid\nself.account_sid = a\nself.message_sid = m\nself.status = s\nself.url = u\nself.participant_sid = p\n",
}


@pytest.mark.parametrize("name", OTHERS)
def test_does_not_list_other_code(repository: Path, run: Run, name: str) -> None:
    """Types, serialisers without a value, and other resources are not listed."""
    (repository / name).write_text(OTHERS[name])
    assert _scan(run) == ([], [])
