"""Finds numbers of bank cards and phones."""

import re
from collections.abc import Iterator

from telegram_playground.formatting.tags import Span

CARD = re.compile(r"[0-9]{16,19}+(?= )|[0-9][0-9 -]*+")
"""Digits with spaces and hyphens between them; a number without these ends at a space."""

RUN = re.compile(r"[0-9 -]*+")
NOT_BEFORE = ".,+-_"
NOT_AFTER = "-_"
"""What makes a number something else than a card's, as letters do."""

CARD_DIGITS = range(13, 20)

ISSUERS: tuple[tuple[range, range | tuple[int, ...]], ...] = (
    (range(4000, 5000), (13, 16, 18, 19)),  # Visa
    (range(5100, 5600), (16,)),  # Mastercard
    (range(2221, 2721), (16,)),  # Mastercard
    (range(3400, 3500), (15,)),  # American Express
    (range(3700, 3800), (15,)),  # American Express
    (range(6200, 6300), range(16, 20)),  # UnionPay
    (range(8100, 8200), range(16, 20)),  # UnionPay
    (range(2200, 2205), (16,)),  # Mir
)
"""How many digits a card has, by its first four; any number of `CARD_DIGITS` for the others."""

PHONE = re.compile(r"\+(?<![\w+]\+)[1-9](?:[ .()-]{0,2}[0-9]){6,14}(?![\w+])")


def find_bank_cards(text: str) -> Iterator[Span]:
    """Find numbers of bank cards, by the rules of tdlib's `MessageEntity.cpp`."""
    position = 0
    while found := CARD.search(text, position):
        begin, position = found.span()
        before = text[begin - 1 : begin]
        if before.isalpha() or (before and before in NOT_BEFORE):
            run = RUN.match(text, begin)
            position = run.end() if run else position
            continue
        number = found.group().rstrip(" -")
        end = begin + len(number)
        after = text[end : end + 1]
        digits = number.replace(" ", "").replace("-", "")
        if (
            len(digits) in CARD_DIGITS
            and len(number) < 2 * len(digits)
            and not (after.isalpha() or (after and after in NOT_AFTER))
            and _is_card(digits)
        ):
            yield begin, end


def find_phone_numbers(text: str) -> Iterator[Span]:
    """Find international phone numbers such as `+1 (212) 555-0123`.

    Only Telegram's servers find them, by rules that are not published. Here it is a plus and 7 to
    15 digits, with up to two spaces, dots, hyphens and brackets between them.
    """
    return (found.span() for found in PHONE.finditer(text))


def _is_card(digits: str) -> bool:
    """Check the last digit by Luhn's algorithm, and the length by the issuer."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    if (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10:
        return False
    begin = int(digits[:4])
    return all(len(digits) in lengths for issuer, lengths in ISSUERS if begin in issuer)
