"""
Try the built documents in other people's tools: `make interop`.

Each check runs one tool as its users do, prints a line, and names what the tool still warns about.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from tools import (
    HERE,
    HOST,
    PROFILES,
    SPEC,
    TOOLS,
    FailedError,
    call,
    document,
    get,
    prism,
    serve,
    server,
)

from receiptkit import Contract, Exchange
from receiptkit.generation import Generator

#: The kinds of example that a GET answers.
MOCKED = ("page", "receipt", "message", "configuration")

# -- checks; each returns what the tool warns about


def redocly_lint(_: Path) -> str:
    counts = []
    for profile in PROFILES:
        said = json.loads(
            re.search(
                r"\{.*\}", call("redocly", "lint", document(profile), "--format", "json"), re.DOTALL
            )[0]  # type: ignore[index]
        )
        rules = sorted({problem["ruleId"] for problem in said["problems"]})
        if said["totals"]["errors"]:
            raise FailedError(f"{profile}: {rules}")
        counts.append(f"{profile}: {', '.join(rules) or 'none'}")
    return "; ".join(counts)


def redocly_bundle(folder: Path) -> str:
    call("redocly", "bundle", document("documented"), "-o", folder / "bundled.yaml")
    Contract.load(document=folder / "bundled.yaml")
    return ""


def redoc(folder: Path) -> str:
    call("redocly", "build-docs", document("documented"), "-o", folder / "docs.html")
    return ""


def redocly_drift(folder: Path) -> str:
    """Generated traffic conforms to our document in Redocly's eyes, too."""
    generator = Generator()
    lines = []
    for name in ("agent-and-sms", "partial-failure", "chat-only"):
        view = generator.at(generator.world(name))
        lines += [_har_entry(each) for each in (view.get_message(), *view.get_pages())]
    traffic = folder / "traffic.har"
    log = {"version": "1.2", "creator": {"name": "receiptkit", "version": "1"}, "entries": lines}
    traffic.write_text(json.dumps({"log": log}))
    said = call(
        "redocly", "drift", traffic, "--api", document("documented"), "--format", "json",
        "--min-severity", "error",
    )  # fmt: skip
    if re.search(r'"severity": ?"error"', said):
        raise FailedError(said[-2000:])
    return ""


def _har_entry(exchange: Exchange) -> dict[str, Any]:
    body = json.dumps(exchange.body)
    headers = {"Content-Type": "application/json"}
    return {
        "startedDateTime": "2026-03-02T09:15:04.000Z",
        "time": 1,
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": "Authorization", "value": "Basic eDp5"}],
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": exchange.status,
            "statusText": "OK",
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "cookies": [],
            "content": {"size": len(body), "mimeType": "application/json", "text": body},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(body),
        },
    }


def spectral(folder: Path) -> str:
    rules = folder / "spectral.yaml"
    rules.write_text('extends: ["spectral:oas"]\n')
    said = call("spectral", "lint", "-r", rules, "-f", "json", *map(document, PROFILES))
    found = json.loads(said[said.index("[") : said.rindex("]") + 1])
    if any(each["severity"] == 0 for each in found):
        raise FailedError(str([each["message"] for each in found]))
    return ", ".join(sorted({each["code"] for each in found}))


def parsers(folder: Path) -> str:
    """swagger-parser, Scalar, Swagger UI."""
    script = TOOLS / "parse.mjs"
    shutil.copy(HERE / "parse.mjs", script)
    node = shutil.which("node") or "node"
    done = subprocess.run(
        [node, script, *map(document, PROFILES)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise FailedError(done.stdout + done.stderr[-1000:])
    return ""


def openapi_typescript(folder: Path) -> str:
    """A client made of the document is type-checked, lists along pages, and updates Filters."""
    work = TOOLS / "client"
    work.mkdir(exist_ok=True)
    for profile in PROFILES:
        call("openapi-typescript", document(profile), "-o", work / f"{profile}.d.ts")
    shutil.copy(HERE / "client.ts", work)
    (work / "package.json").write_text('{"type": "module"}')
    options = ("--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck")
    call("tsc", *options, "--lib", "es2022,dom,dom.iterable", "client.ts", folder=work)
    with server() as own:
        world = own.worlds[0]
        ids = (own.account_sid, world.conversation_sid, world.message.sid)
        node = shutil.which("node") or "node"
        done = subprocess.run(
            [node, "client.js", own.url, *ids],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.stdout.strip() != f"{len(world.receipts)} receipts":
        raise FailedError(done.stdout + done.stderr[-2000:])
    return ""


def hey_api(folder: Path) -> str:
    call("openapi-ts", "-i", document("documented"), "-o", folder / "hey", folder=TOOLS)
    return ""


def prism_mock(folder: Path) -> str:
    """The static mock, asked for the SIDs and the PageSize of each example, answers it; we find nothing wrong with that."""
    examples = yaml.safe_load(document("documented").read_text())["components"]["examples"]
    # A file for each scope: an application uses one, and the webhooks of a service replace the account's.
    captures: dict[str, list[dict[str, Any]]] = {"account": [], "service": []}
    with prism("mock", document("documented")) as url:
        for key, example in examples.items():
            kind, _, name = key.partition(".")
            body = example["value"]
            own = body.get("url") or body.get("meta", {}).get("url")
            if kind.removeprefix("service-") not in MOCKED:
                continue
            asked = own.replace(HOST, url)
            answered, status = get(asked, {"Prefer": f"example={name}"})
            if answered != body:
                raise FailedError(f"{key}: {status} {answered}")
            request = {"method": "GET", "url": asked}
            headers = {"Content-Type": "application/json"}
            response = {"status": status, "headers": headers, "body": answered}
            scope = "service" if kind.startswith("service-") else "account"
            captures[scope].append({"request": request, "response": response})
        missing = get(asked, {"Prefer": "code=404"})[1]
        form = "Method=POST&Filters=onMessageAdded&Filters=onDeliveryUpdated"
        header = {"Content-Type": "application/x-www-form-urlencoded"}
        updated = get(f"{url}/v1/Configuration/Webhooks", header, form.encode())[1]
    if (missing, updated) != (404, 200):
        raise FailedError(f"404 is answered with {missing}, an update with {updated}")
    for scope, lines in captures.items():
        capture = folder / f"{scope}.ndjson"
        capture.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = subprocess.run(
        [
            sys.executable, "-m", "receiptkit", "validate", *folder.glob("*.ndjson"),
            "--api-base-url", url, "--fail-on", "info", "-v",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode or ", 0 unchecked" not in done.stdout:
        raise FailedError(done.stdout[-2000:] + done.stderr)
    return ""


def prism_proxy(folder: Path) -> str:
    """Between a client and the local Twilio, Prism has no violation to report."""
    with server() as own, prism("proxy", document("documented"), own.url, "--errors") as url:
        for world in own.worlds[:5]:
            path = f"/v1/Conversations/{world.conversation_sid}/Messages/{world.message.sid}"
            credentials = base64.b64encode(f"{own.account_sid}:x".encode()).decode()
            for end in ("", "/Receipts", "/Receipts?PageSize=1"):
                body, status = get(url + path + end, {"Authorization": f"Basic {credentials}"})
                if status != 200:
                    raise FailedError(f"{end}: {status} {str(body)[:500]}")
    return ""


def datamodel_code_generator(folder: Path) -> str:
    """Models in Python can be imported, and read an example of each kind."""
    warnings = set()
    for profile in PROFILES:
        package = folder / f"models_{profile}"
        said = call(
            "datamodel-codegen", "--input", document(profile), "--input-file-type", "openapi",
            "--formatters", "builtin", "--output-model-type", "pydantic_v2.BaseModel",
            "--output", package,
        )  # fmt: skip
        warnings |= set(re.findall(r"UserWarning: (.{0,60})", said))
        call("python", "-c", f"import {package.name}", folder=folder)
    return "; ".join(sorted(warnings))


def openapi_python_client(folder: Path) -> str:
    """A client made of the document lists the receipts of the local Twilio."""
    package = folder / "made"
    settings = folder / "settings.yaml"
    # Twilio publishes an enum with GET and get, of which it makes one name otherwise.
    settings.write_text("literal_enums: true\n")
    said = call(
        "openapi-python-client", "generate", "--path", document("documented"), "--meta", "none",
        "--output-path", package, "--config", settings,
    )  # fmt: skip
    with server() as own:
        world = own.worlds[0]
        script = (
            "import sys, pkgutil, importlib, made.api, httpx\n"
            "from made import Client\n"
            "url, account, conversation, message = sys.argv[1:]\n"
            "names = [each.name for each in pkgutil.walk_packages(made.api.__path__, 'made.api.')]\n"
            "name = next(each for each in names if each.endswith('.list_conversation_message_receipt'))\n"
            "client = Client(base_url=url, httpx_args={'auth': (account, 'x')})\n"
            "page = importlib.import_module(name).sync(client=client, conversation_sid=conversation, message_sid=message)\n"
            "print(len(page.delivery_receipts), 'receipts')\n"
        )
        ids = (own.account_sid, world.conversation_sid, world.message.sid)
        listed = call("python", "-c", script, own.url, *ids, folder=folder)
    if f"{len(world.receipts)} receipts" not in listed:
        raise FailedError(listed)
    return ", ".join(sorted(set(re.findall(r"WARNING.{0,60}", said))))


def openapi_spec_validator(_: Path) -> str:
    call("openapi-spec-validator", *map(document, PROFILES))
    return ""


def schemathesis(folder: Path) -> str:
    """
    Whatever it sends to `receiptkit serve`: answers conform, and what breaks the schema is refused.

    It makes PageTokens, which the server refuses though their schema allows any text, so that one check is left out. Its phase `coverage`
    is, too: it sends a list of one as a plain text, which a form cannot tell apart. Credentials are not left to it.
    """
    with serve("--scenario", "three-pages", "--clock", "manual", "--strict-page-size") as url:
        get(f"{url}/_receiptkit/clock/advance?to=end", {}, b"")
        state = get(f"{url}/_receiptkit/", {})[0]
        settings = folder / "schemathesis.toml"
        settings.write_text(what_is_there(url, state))
        content = json.loads((SPEC / "documented.json").read_text())
        for item in content["paths"].values():
            for operation in item.values():
                operation.pop("security", None)
        open_to_all = folder / "documented.json"
        open_to_all.write_text(json.dumps(content))
        said = call(
            "schemathesis", "--config-file", settings, "run", open_to_all, "--url", url,
            "--auth", f"{state['account_sid']}:any", "--phases", "fuzzing",
            "--exclude-checks", "positive_data_acceptance", "--max-examples", 8, "--seed", 1,
            folder=folder,
        )  # fmt: skip
    tested = re.search(r"Tested: (\d+)", said)
    if tested is None or int(tested[1]) < len(Contract.load().operations.all):
        raise FailedError(said[-2000:])
    return ""


def what_is_there(url: str, state: dict[str, Any]) -> str:
    """Return the settings that make Schemathesis ask for what the server has."""
    world = state["worlds"][0]
    sids = {
        "Services": state["chat_service_sid"],
        "Conversations": world["conversation_sid"],
        "Messages": world["message_sid"],
    }
    path = f"Conversations/{sids['Conversations']}/Messages/{sids['Messages']}/Receipts"
    account = base64.b64encode(f"{state['account_sid']}:any".encode()).decode()
    page = get(f"{url}/v1/{path}?PageSize=1", {"Authorization": f"Basic {account}"})[0]
    sids["Receipts"] = page["delivery_receipts"][0]["sid"]
    lines = [
        "[parameters]",
        # The server takes another value than true for false.
        '"header.X-Twilio-Webhook-Enabled" = "true"',
        f'"path.ChatServiceSid" = "{sids["Services"]}"',
        f'"path.ConversationSid" = "{sids["Conversations"]}"',
        f'"path.MessageSid" = "{sids["Messages"]}"',
    ]
    for name, sid in sids.items():
        lines += [
            "[[operations]]",
            f'include-path-regex = "/{name}/.Sid.$"',
            f'parameters = {{ "path.Sid" = "{sid}" }}',
        ]
    return "\n".join(lines)


NODE: tuple[Callable[[Path], str], ...] = (
    redocly_lint,
    redocly_bundle,
    redoc,
    redocly_drift,
    spectral,
    parsers,
    openapi_typescript,
    hey_api,
    prism_mock,
    prism_proxy,
)
PYTHON: tuple[Callable[[Path], str], ...] = (
    openapi_spec_validator,
    datamodel_code_generator,
    openapi_python_client,
    schemathesis,
)


def main() -> int:
    """Run every check, or those that are named; return 1 if one fails."""
    checks = [*NODE, *PYTHON]
    if sys.version_info < (3, 11):
        print("Schemathesis needs Python 3.11: it is skipped")
        checks.remove(schemathesis)
    if not (TOOLS / "node_modules").is_dir():
        print(f"no Node.js here: {', '.join(check.__name__ for check in NODE)} are skipped")
        checks = [check for check in checks if check not in NODE]
    chosen = [check for check in checks if not sys.argv[1:] or check.__name__ in sys.argv[1:]]
    failed = 0
    for check in chosen:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                warns = check(Path(folder))
                result = "ok" + (f", warns: {warns}" if warns else "")
            except FailedError as error:
                failed = 1
                result = f"FAILED: {error}"
        print(f"{check.__name__} ({time.monotonic() - begun:.0f} s): {result}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
