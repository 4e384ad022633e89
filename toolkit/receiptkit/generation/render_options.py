"""Options for rendering worlds."""

from __future__ import annotations

from dataclasses import dataclass

from receiptkit.generation.breakage import Breakage
from receiptkit.generation.rendering import WEBHOOK_URL


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """
    Options for rendering worlds.

    Attributes:
        moment: when they are looked at, as `World.moment` reads it.
        page_size: how many receipts a page holds; what the world says by default.
        webhook_url, method: where webhooks go, and how.
        auth_token: signs them; without one they are not signed.
        breakages: the first body of their kind has the first of these that the world can show.
    """

    moment: str = "end"
    page_size: int | None = None
    webhook_url: str = WEBHOOK_URL
    method: str = "POST"
    auth_token: str | None = None
    breakages: tuple[Breakage, ...] = ()
