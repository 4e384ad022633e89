"""A repository: its captures, and the receipts, pages and webhooks in its source code."""
