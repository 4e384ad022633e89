"""The corpus: every scenario and every breakage as plain files, for teams in any language."""

from receiptkit.corpus.broken_captures import broken_captures, check_capture
from receiptkit.corpus.corpus import MANIFEST, File, corpus
from receiptkit.corpus.folder import CorpusFolder

__all__ = ["MANIFEST", "CorpusFolder", "File", "broken_captures", "check_capture", "corpus"]
