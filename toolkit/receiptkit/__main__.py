"""`python -m receiptkit` is the command `receiptkit`."""

from receiptkit.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
