"""The page about a rule, in the documentation."""

from __future__ import annotations

from functools import cache


def rule_page(rule: str) -> str:
    """Return the address of the section about a rule; relative if the project has no address."""
    return f"{home()}docs/rules.md#{rule.replace('.', '')}"


@cache
def home() -> str:
    """
    Return the address below which the documentation is, with a slash at its end; empty if there is
    none. `Documentation` in `[project.urls]` of pyproject.toml is the one setting for it.
    """
    from importlib import metadata

    try:
        urls = metadata.metadata("receiptkit").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    found = [url.partition(", ")[2] for url in urls if url.startswith("Documentation, ")]
    return found[0].rstrip("/") + "/" if found else ""
