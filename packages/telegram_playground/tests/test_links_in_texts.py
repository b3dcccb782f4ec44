"""Links and e-mail addresses that Telegram finds in a text (MessageEntity.cpp)."""

import pytest

from playground_support.entities import marked
from telegram_playground.formatting import format_text

LINKS = {
    # the domain
    "tea.com": ["tea.com"],
    "TEA.COM Tea.Com": ["TEA.COM"],
    "чай.рф Чай.рус": ["чай.рф", "Чай.рус"],
    "🍵.ws/чай": ["🍵.ws/чай"],
    "xn--80asehdb.xn--p1ai": ["xn--80asehdb.xn--p1ai"],
    "tea.ton tea.onion tea.exam": ["tea.ton", "tea.onion"],
    "http://tea.exam http://tea.e": ["http://tea.exam"],
    "localhost http://localhost": [],
    "te_a.com a.te_a.com te_a.a.com http://tea-.com": ["te_a.a.com"],
    "tea.com.": ["tea.com"],
    "I drink tea.Thanks": [],
    "main.py /main.py @main.py #main.py": ["main.py"],
    "a" * 63 + ".com " + "a" * 64 + ".com": ["a" * 63 + ".com"],
    "teiegram.org": [],
    # addresses of machines
    "127.0.0.1 127.0.0.256 127.0.0.01 1.2.3": ["127.0.0.1"],
    "http://127.0.0.1:8080/a": ["http://127.0.0.1:8080/a"],
    "http://[::1]/": [],
    # the scheme
    "https://tea.com HTTP://tea.com ftp://tea.com": [
        "https://tea.com",
        "HTTP://tea.com",
        "ftp://tea.com",
    ],
    "sftp://tea.com shttp://tea.com tea://tea.com ://tea.com": [],
    "look:http://tea.com": ["http://tea.com"],
    "tonsite://tea.ton": ["tonsite://tea.ton"],
    # the user
    "http://ann@tea.com http://ann:cup@tea.com": ["http://ann@tea.com", "http://ann:cup@tea.com"],
    "http://@tea.com http://a@b@tea.com": [],
    "https://tea.com(ann@tea.com": ["https://tea.com"],
    # the port
    "tea.com:80 tea.com:0080/a tea.com:65536/a tea.com:0/a": [
        "tea.com:80",
        "tea.com:0080/a",
        "tea.com",
        "tea.com",
    ],
    # the path
    "(tea.com/a) [tea.com/b]": ["tea.com/a", "tea.com/b"],
    "tea.com/a_(b) tea.com/a(b)) tea.com/[{)]}": ["tea.com/a_(b)", "tea.com/a(b)", "tea.com/[{"],
    "tea.com/a, tea.com/b... tea.com/c?!": ["tea.com/a", "tea.com/b", "tea.com/c"],
    "tea.com? tea.com# tea.com/? tea.com?a tea.com#a": [
        "tea.com",
        "tea.com",
        "tea.com/",
        "tea.com?a",
        "tea.com#a",
    ],
    "«tea.com/a» <tea.com/b> tea.com/c\u2003tea.com/d\u2013e": [
        "tea.com/a",
        "tea.com/b",
        "tea.com/c",
        "tea.com/d\u2013e",
    ],
    # Telegram's own
    "tg://resolve?domain=tea_bot": ["tg://resolve?domain=tea_bot"],
    "TG://a ton://transfer/b stg://c": ["TG://a", "ton://transfer/b", "tg://c"],
    "tg://a? tg://b/? tg://c?d,": ["tg://a", "tg://b/", "tg://c?d"],
    "tg:a tg:/b tg:// tg://чай": [],
    "tg://tea.com": ["tg://tea"],
}

ADDRESSES = {
    "ann@tea.com": ["ann@tea.com"],
    "mailto:ann+cup@tea.co.uk,": ["ann+cup@tea.co.uk"],
    "Ann-1@a.tea.software": ["Ann-1@a.tea.software"],
    "ann@tea ann@tea.c ann@-tea.com ann@te_.com": [],
    "ann@b@tea.com": [],
    "a" * 36 + "@tea.com": [],
    "анна@tea.com": [],
}


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [("url", text, expected) for text, expected in LINKS.items()]
    + [("email", text, expected) for text, expected in ADDRESSES.items()],
)
def test_it_is_found(type_: str, text: str, expected: list[str]) -> None:
    found = marked(*format_text(text, None, None))
    assert [part for kind, part in found if kind == type_] == expected
