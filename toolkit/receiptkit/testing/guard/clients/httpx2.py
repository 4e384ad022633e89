"""httpx2, the successor of httpx, with the same interface."""

from receiptkit.testing.guard.clients.httpx import wrap

__all__ = ["MODULE", "wrap"]

MODULE = "httpx2"
