"""
Shapes: records that are proven clean without being parsed. The only code that is merely quick.

A record that the exact path found clean is generalised to a pattern. A record that matches it is
clean, too, under the **law of shapes**: a result depends

- on a SID only by its prefix, its form, whether it is a placeholder, and which SIDs of the record
  are equal;
- on a date only by its form, whether its day exists, and the order of dates within a row or within
  the frame;
- on an opaque token (PageToken) only by which are equal;
- on a value that nothing reads (named by the reader of the format) not at all;
- on everything else by its text, of rows one by one, and by how many rows there are.

Rules that need more name the members they look into where they are registered, and those stay
literal. Nothing here knows a rule, a format, or a schema.
"""

from receiptkit.bulk.bulk import Bulk
from receiptkit.bulk.law import Exact, Facts, Unread

__all__ = ["Bulk", "Exact", "Facts", "Unread"]
