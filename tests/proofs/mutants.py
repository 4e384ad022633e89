"""Random mutants of conforming bodies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from receiptkit.rules.examples import sample

#: Values of every type, and those that libraries are known to read differently.
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70_000),
    st.sampled_from([2**31, 2**63, -(2**63), 10**30, 1.0, 50.0, 1.5, -0.0, 1e300]),
    st.sampled_from(
        [
            "",
            "delivered",
            "queued",
            "all",
            "none",
            "sent\n",
            "http://x",
            "https://",
            "//x",
            "https://[::1]/",
        ]
    ),
    st.sampled_from(
        [
            "2026-03-02T09:15:04Z",
            "2026-03-02T09:15:04z\n",
            "2026-02-30T00:00:00Z",
            "0000-01-01T00:00:00Z",
        ]
    ),
    st.sampled_from(
        ["2016-12-31T23:59:60Z", "2026-03-02T09:15:60Z", "2026-03-02t09:15:04.5+05:30"]
    ),
    st.sampled_from(
        [
            "DY" + "0" * 32,
            "DY" + "0" * 32 + "\n",
            "DY" + "٣" * 32,
            "dy" + "0" * 32,
            "SM" + "aF" * 16,
        ]
    ),
    st.text(max_size=5),
    st.builds(list),
    st.builds(dict),
    st.builds(dict, status=st.just(1)),
)
BODIES = ["receipt", "service receipt", "page", "message", "configuration", "error"]
KINDS = [*BODIES, "webhook"]


@st.composite
def mutants(draw: st.DrawFn, kinds: list[str]) -> tuple[str, Any]:
    """The kind of a sample, and the sample with up to three values anywhere set, removed or added."""
    name = draw(st.sampled_from(kinds))
    body = sample(name)["params"] if name == "webhook" else sample(name)
    for _ in range(draw(st.integers(0, 3))):
        node = draw(st.sampled_from([node for node in containers(body) if node] or [body]))
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from([*keys, "stranger"] if isinstance(node, dict) else keys))
        if draw(st.booleans()) and key != "stranger":
            del node[key]
        else:
            node[key] = draw(ATOMS)
    return name.rpartition(" ")[2], body


def containers(node: Any) -> list[Any]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return (
        [node, *(found for value in inner for found in containers(value))]
        if isinstance(node, (dict, list))
        else []
    )
