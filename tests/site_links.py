"""The links within a built site: each leads to a file of it, and each anchor to an element."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """The links and the ids of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name in ("id", "name") and value:
                self.ids.add(value)


@cache
def _parsed(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def broken(site: Path) -> Iterator[str]:
    """Yield a line for each link that leads nowhere; links to other hosts are not followed."""
    for path in sorted(site.rglob("*.html")):
        if path.name == "404.html":
            continue  # its links begin at the root of the server
        for link in _parsed(path).links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            where = path.relative_to(site)
            if not target.is_file():
                yield f"{where}: {link} leads nowhere"
            elif parts.fragment and target.suffix == ".html":
                ids = _parsed(target).ids
                if unquote(parts.fragment) not in ids and parts.fragment != "__skip":
                    yield f"{where}: {link} has no such place"
