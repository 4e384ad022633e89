"""Check the captures of a folder from Python, and print the rules that each way reports."""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from receiptkit import Contract, Exchange, Finding, History, WebhookRequest
from receiptkit.testing.guard import watching
from receiptkit.testing.matcher import ContractViolation, ReceiptContract
from receiptkit.testing.settings import Options, settings

FOLDER = Path(sys.argv[1])
CONTRACT = Contract.load()


def observations(path: Path) -> Iterator[Any]:
    for line in path.read_text().splitlines():
        value = json.loads(line)
        if "response" in value:
            request, response = value["request"], value["response"]
            yield Exchange(request["method"], request["url"], response["status"], response["body"])
        elif "params" in value:
            yield WebhookRequest(value["url"], value["method"], value["params"])
        else:
            yield value


def check(checker: Contract | History, seen: Any) -> list[Finding]:
    if isinstance(seen, Exchange):
        return checker.check_exchange(seen)
    if isinstance(seen, WebhookRequest):
        return checker.check_webhook(seen)
    return checker.check(seen)


class Watcher:
    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def wants(self, method: str, url: str) -> bool:
        return True

    def has_taken(self, url: str) -> bool:
        return False

    def take_inbound(self, request: WebhookRequest, status: int | None) -> None:
        raise AssertionError(request)

    def take_replaced(self, name: str) -> None:
        raise AssertionError(name)

    def take_error(self, error: Exception) -> None:
        raise error

    def take(self, exchange: Exchange) -> None:
        self.findings += CONTRACT.check_exchange(exchange)


def guarded() -> list[Finding]:
    watcher = Watcher()
    (FOLDER.parent / "tinyhttp.py").write_text("def get(url):\n    return ANSWER\n")
    sys.path.insert(0, str(FOLDER.parent))
    tiny = import_module("tinyhttp")
    for path in sorted(FOLDER.iterdir()):
        for seen in observations(path):
            if isinstance(seen, Exchange):
                answer = seen.status, {"Content-Type": "application/json"}, json.dumps(seen.body)
                vars(tiny)["ANSWER"] = answer
                with watching(watcher):
                    tiny.get(seen.url)
    return watcher.findings


reported: dict[str, list[Finding]] = {
    way: [] for way in ("contract", "history", "matcher", "guard")
}
for path in sorted(FOLDER.iterdir()):
    history = History(CONTRACT)
    for seen in observations(path):
        reported["contract"] += check(CONTRACT, seen)
        reported["history"] += check(history, seen)
        if isinstance(seen, dict):
            try:
                ReceiptContract(settings(Options(root=Path("/"))), lambda _: None).check(seen)
            except ContractViolation as violation:
                reported["matcher"] += violation.findings
    reported["history"] += history.finish()
reported["guard"] = guarded()
names = {way: sorted({each.rule for each in found}) for way, found in reported.items()}
print(json.dumps({way: [n for n in own if n.startswith("ours.")] for way, own in names.items()}))
