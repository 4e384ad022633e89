"""Captures that can be committed: consistent pseudonyms in the place of what is personal."""
