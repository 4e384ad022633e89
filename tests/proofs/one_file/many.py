"""Write 4,000 receipts, a line each, every second of which breaks the rule ours.receipt."""

import json
import sys
from pathlib import Path

from receiptkit.rules import catalogue

rule = catalogue.find("ours.receipt")
assert rule.good is not None
assert rule.bad is not None
good, bad = json.loads(rule.good.capture()), json.loads(rule.bad.capture())
lines = []
for number in range(4000):
    sid = f"DY{number:032x}"
    base = bad if number % 2 else good
    lines.append(json.dumps({**base, "sid": sid, "url": base["url"][:-34] + sid}))
Path(sys.argv[1]).write_text("\n".join(lines) + "\n")
