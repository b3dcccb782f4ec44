"""Words of a button: typed by hand they are a press, with any emoji, case and spaces."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.reply import words

LABELS = st.text(string.ascii_letters + string.digits + "абвгдеёжзийАБВГДЕЁЖЗИЙ", min_size=1)
ORNAMENTS = st.text(" \t\n🥔✅☑☐👨\ufe0f\u200d\u2060\u20e3\U0001f3fd")


@given(ORNAMENTS, LABELS, ORNAMENTS)
def test_ornaments_and_case_make_no_difference(before: str, label: str, behind: str) -> None:
    assert words(before + label + behind) == words(label)
    assert words(label.swapcase()) == words(label)


@given(ORNAMENTS)
def test_ornaments_alone_have_no_words(ornaments: str) -> None:
    assert words(ornaments) == ""


@pytest.mark.parametrize(
    "typed",
    [
        "WITH MASHED POTATOES",
        "  with \n mashed   potatoes ",
        "🥔 With mashed potatoes ✅️",
        "👨‍👩‍👧 with 👍🏽 mashed potatoes",
        "ｗｉｔｈ mashed potatoes",
        "With mashed potatoes\u2060\u2061",
    ],
)
def test_a_text_typed_by_hand_has_the_words_of_the_button(typed: str) -> None:
    assert words(typed) == words("With mashed potatoes")


@pytest.mark.parametrize(
    ("one", "other"),
    [("-1", "1"), ("1 6", "16"), ("1.0", "1"), ("/start", "start"), ("With", "With potatoes")],
)
def test_texts_of_another_meaning_have_other_words(one: str, other: str) -> None:
    assert words(one) != words(other)
