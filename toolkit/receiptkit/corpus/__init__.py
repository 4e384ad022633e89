"""The corpus: every scenario and every breakage as plain files, for teams in any language."""

from receiptkit.corpus.corpus import MANIFEST, File, corpus, judged

__all__ = ["MANIFEST", "File", "corpus", "judged"]
