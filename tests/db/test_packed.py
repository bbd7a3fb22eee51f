"""Packed texts: nothing of a text is lost, what was packed once can always be read, and damage is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.packed import packed, unpacked
from app.errors import DamagedDatabase

LINE = (
    ',"date_from":"2017-03-01","date_to":"2017-03-01","date_precision":"day","country":"SY","location":\nl3\n'
)


@given(st.text())
def test_a_packed_text_comes_back_whole(text: str) -> None:
    """Any text is the same after packing, and always packed into the same bytes."""
    assert unpacked(packed(text)) == text
    assert packed(text) == packed(text)


def test_what_was_packed_once_can_be_read() -> None:
    """Bytes of the first version of the format still give their text, which holds the dictionary to what it was."""
    stored = bytes.fromhex("01c3c853e6ba06c658f2149a30be3c8592504179ca980b00")
    assert unpacked(stored) == LINE


@pytest.mark.parametrize("cut", range(len(packed(LINE))))
def test_what_is_cut_is_damaged(cut: int) -> None:
    """The beginning of a packed text is none."""
    with pytest.raises(DamagedDatabase):
        unpacked(packed(LINE)[:cut])


@pytest.mark.parametrize("stored", [b"\x02" + packed(LINE)[1:], b"\x01\xff\xff", LINE.encode()])
def test_what_is_none_is_damaged(stored: bytes) -> None:
    """Another format, noise and a text that was never packed are told apart from packed texts."""
    with pytest.raises(DamagedDatabase):
        unpacked(stored)
