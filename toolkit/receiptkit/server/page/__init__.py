"""The page of a server for browsers, at `/_receiptkit/`."""
