"""Files behind URLs: how their addresses look, and in `files` the one door to fsspec."""

from receiptkit.storage.addresses import has_glob, is_address, is_remote, local_path, shown

__all__ = ["has_glob", "is_address", "is_remote", "local_path", "shown"]
