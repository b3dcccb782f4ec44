"""Sets of characters that Telegram's rules name, as bodies of classes in regular expressions."""

HASHTAG = r"\w\xb7\u200c\u0d80-\u0dff"
"""Characters of a hashtag: also a middle dot, and all signs of Sinhala.

`\\w` contains numerals, which don't belong to a hashtag; see `without_numerals`.
"""

USERNAME = "a-zA-Z0-9_"

SPACES = r" \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""Separators, by Unicode."""

NOT_IN_LINK = rf"{SPACES}\u2000-\u200b\u200e\u200f\u2016-\u206f"
"""Separators, and general punctuation apart from joiners and dashes."""


def without_numerals(text: str) -> str:
    """Replace numerals that are neither letters nor decimal digits, such as `½`, by spaces."""
    if text.isascii():
        return text
    numerals = [
        character
        for character in set(text)
        if character.isnumeric() and not character.isalpha() and not character.isdecimal()
    ]
    return text.translate(dict.fromkeys(map(ord, numerals), " ")) if numerals else text
