"""
Cut the text of a record at its rows: the objects of one array,
such as the receipts of a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from receiptkit.bulk.law import Unread
from receiptkit.bulk.tokens import Kind, Token, text_of, tokens

#: An array of objects without containers in them, whatever it is quoted in.
_ARRAY = re.compile(r"\[[^\[\]{}]*(\{[^\[\]{}]*\}(?:[^\[\]{}]*\{[^\[\]{}]*\})*)[^\[\]{}]*\]")
_ROW = re.compile(r"\{[^{}]*\}")
#: Stands where the rows were taken out of a frame; no record has it.
CUT = Token(Kind.LITERAL, "\0")


class Parts(NamedTuple):
    """
    The tokens of a record, cut at its rows.

    Attributes:
        head, tail: the text before the first row and behind the last; a record without rows is a
            head.
        rows: the tokens of each row.
        separator: the text between two rows; empty where there are fewer.
    """

    head: list[Token]
    rows: list[list[Token]]
    tail: list[Token]
    separator: str = ""

    @property
    def frame(self) -> list[Token]:
        """Return the tokens without the rows."""
        return [*self.head, CUT, *self.tail] if self.rows else self.head

    @property
    def text(self) -> str:
        """Return the text of the record."""
        return text_of(self.head) + self.text_of_rows + text_of(self.tail)

    @property
    def text_of_rows(self) -> str:
        """Return the text of the rows."""
        return self.separator.join(map(text_of, self.rows))

    def rewritten(self, change: Callable[[Sequence[Token]], list[Token]]) -> Parts:
        """Return the parts with their tokens changed, all at once."""
        taken = iter(change([*self.head, *chain.from_iterable(self.rows), *self.tail]))
        head, *rows = [[next(taken) for _ in part] for part in (self.head, *self.rows)]
        return Parts(head, rows, list(taken), self.separator)


def parts(
    text: str, unread: Sequence[Unread] = (), literal: Collection[str] = ()
) -> Iterator[Parts]:
    """
    Yield the ways in which the text of a record can be cut, the best one first.

    Args:
        text: the text.
        unread: the values that nothing reads, in order.
        literal: names of members and parameters whose values a rule looks into.
    """
    if "\0" in text:
        return
    arrays = sorted(_ARRAY.finditer(text), key=lambda match: len(match[1]), reverse=True)
    for array in arrays[:1]:
        start, end = array.span(1)
        spans = [match.span() for match in _ROW.finditer(text, start, end)]
        between = {text[one[1] : other[0]] for one, other in pairwise(spans)}
        if len(between) < 2 and not any(
            start < value.end and value.start < end for value in unread
        ):
            yield Parts(
                tokens(text, 0, start, [each for each in unread if each.end <= start], literal),
                [tokens(text, *span, [], literal) for span in spans],
                tokens(
                    text, end, len(text), [each for each in unread if each.start >= end], literal
                ),
                between.pop() if between else "",
            )
    yield Parts(tokens(text, 0, len(text), unread, literal), [], [])
