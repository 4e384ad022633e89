"""Processes compare SIDs by numbers: equal SIDs have equal ones, and others have others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from receiptkit.history.subjects import digest, digests, prints, prints_of_pairs

SIDS = st.one_of(
    st.from_regex(r"[A-Z]{2}[0-9a-f]{32}", fullmatch=True),
    st.integers(0, 10**6).map("DY{:032d}".format),
    st.text(max_size=40),
)


@given(st.lists(SIDS, max_size=20))
def test_a_number_depends_on_the_sid_alone(sids: list[str]) -> None:
    assert list(prints(sids)) == [prints([sid])[0] for sid in sids]
    assert digests(sids) == [digest(sid) for sid in sids]


def test_sids_that_count_have_different_numbers() -> None:
    counted = [f"DY{number:032d}" for number in range(5000)]
    counted += [f"DY{number:<032d}" for number in range(1, 5000) if number % 10]
    assert len(set(prints(counted))) == len(counted)


@given(st.lists(st.tuples(SIDS, SIDS), max_size=20))
def test_each_pair_has_two_numbers(pairs: list[tuple[str, str]]) -> None:
    texts = [f'{one}","{other}' for one, other in pairs]
    firsts, seconds = prints_of_pairs(texts)
    assert list(firsts) == [prints([text[:34]])[0] for text in texts]
    assert list(seconds) == [prints([text[-34:]])[0] for text in texts]


def test_one_odd_sid_among_many() -> None:
    many = [f"DY{number:032x}" for number in range(3000)]
    odd = [*many[:2000], "DY***", *many[2000:]]
    found = prints(odd)
    del found[2000]
    assert found == prints(many)
