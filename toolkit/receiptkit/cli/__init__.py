"""The command line: parse, wire, render; no logic."""

from receiptkit.cli.main import main

__all__ = ["main"]
