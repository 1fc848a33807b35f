"""Record ids of both lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark import engine
from floodmark.ids import canonical, check_characters

FIFTEEN = st.text("ABCXYZabcxyz0123456789", min_size=15, max_size=15)


@given(FIFTEEN)
def test_the_full_form_is_stable(short):
    """The full form of an id, and of its full form, is the same."""
    full = canonical(short)
    assert full == short + check_characters(short)
    assert full is not None
    assert canonical(full) == full


@given(FIFTEEN)
def test_lost_case_is_restored_or_left(short):
    """An id in one case gives the original where its check characters were kept and the case was mixed."""
    full = canonical(short) or ""
    for lost in (full.lower(), full.upper()):
        if lost[15:].upper() != "AAA":
            assert canonical(lost) == full


@pytest.mark.parametrize(
    "value",
    ["", "0055j000000utl", "0055j000000utlPA", "0055j000000utl-", "0055j000000utlPAAQx", "０055j000000utlP"],
)
def test_what_is_no_id(value):
    """Another length, another sign, another script: no id."""
    assert canonical(value) is None


@given(
    st.lists(
        st.one_of(
            FIFTEEN,
            FIFTEEN.map(lambda x: canonical(x) or ""),
            FIFTEEN.map(lambda x: (canonical(x) or "").lower()),
        ),
        max_size=20,
    )
)
def test_in_bulk_as_one_by_one(values):
    """The engine's macro says what the function says."""
    with engine.memory(threads=1) as connection:
        found = engine.rows(
            connection, "SELECT record_id(v) FROM (SELECT unnest($1::VARCHAR[]) AS v)", [values]
        )
    assert [value for (value,) in found] == [canonical(value) for value in values]
