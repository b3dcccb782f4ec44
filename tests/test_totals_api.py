"""What the page of totals asks for, over HTTP: one's own totals, and nobody else's."""

import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession
from yarl import URL

from db.models import Kind
from deep_links import TotalsLink, encode
from playground import Person, Playground
from playground.signing import init_data
from seals import Seal
from tests.db.samples import new_total
from tests.groups import make_group
from tests.keyboards import receive, until_keyboard
from tests.tally import Tally
from tests.test_counter import open_counter
from web.totals_query import PAGE_MAX
from web.viewers import MAX_AGE

Json = dict[str, Any]

CYRILLIC = re.compile("[А-Яа-я]")
STRANGE = ("<b>tea</b> & 'co'", "כוסות תה", "🥟🥟", "a\u202eb")
"""Labels as people write them: HTML, right to left, emoji, a mark that turns the direction."""


def address(tally: Tally) -> str:
    """Give where the page is, without the proxy that brings the certificate."""
    return f"http://127.0.0.1:{tally.settings['WEB_PORT']}/totals"


async def opened(person: Person) -> str:
    """Open the page by the menu button; give what it says about who has opened it."""
    told = await person.open_app("https://example.org/totals", "menu")
    return f"tma {told['init_data']}"


async def ask(
    tally: Tally, authorization: str | None, what: str, **wish: object
) -> tuple[int, Json]:
    """Ask as the page does; give the status and the answer."""
    headers = {"Accept-Language": "ru"}
    if authorization is not None:
        headers["Authorization"] = authorization
    async with (
        ClientSession() as session,
        session.get(
            f"{address(tally)}/api/{what}",
            params={name: str(value) for name, value in wish.items()},
            headers=headers,
        ) as answer,
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.content_type == "application/json"
        return answer.status, await answer.json()


async def given(tally: Tally, person: Person, what: str, **wish: object) -> Json:
    """Ask as a person who has opened the page."""
    status, content = await ask(tally, await opened(person), what, **wish)
    assert status == 200, content
    return content


async def test_filters_agree_with_a_plain_model(app_tally: Tally, app_ann: Person) -> None:
    noon = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
    labels = (None, "tea", *STRANGE)
    kept = [
        new_total(
            user_id=app_ann.id,
            chat_id=(app_ann.id, -1009, None)[number % 3],
            kind=list(Kind)[number % 4],
            label=labels[number % len(labels)],
            value=number - 20,
            created_at=noon + timedelta(minutes=number * 700),
        )
        for number in range(40)
    ]
    await app_tally.keep(kept)
    first, last = date(2026, 4, 2), date(2026, 4, 9)
    wishes: list[tuple[Json, Any]] = [
        ({}, lambda _: True),
        ({"label": ""}, lambda total: total.label is None),
        *(({"label": text}, lambda total, text=text: total.label == text) for text in STRANGE),
        ({"kind": "inline"}, lambda total: total.kind == Kind.INLINE),
        ({"chat": -1009, "label": "tea"}, lambda t: t.chat_id == -1009 and t.label == "tea"),
        (
            {"since": first, "until": last},
            lambda total: first <= total.created_at.date() <= last,
        ),
        ({"until": first}, lambda total: total.created_at.date() <= first),
    ]
    for wish, passes in wishes:
        expected = [total for total in reversed(kept) if passes(total)]
        assert expected, wish
        found = (await given(app_tally, app_ann, "list", **wish, limit=100))["totals"]
        assert [total["value"] for total in found] == [total.value for total in expected]
        assert [total["label"] for total in found] == [total.label for total in expected]
        told = await given(app_tally, app_ann, "overview", **wish)
        assert told["summary"]["count"] == len(expected)
        assert told["summary"]["sum"] == sum(total.value for total in expected)
        assert sum(bar["sum"] for bar in told["bars"]) == told["summary"]["sum"]
        assert sum(label["sum"] for label in told["labels"]) == told["summary"]["sum"]


async def test_the_list_is_paged_to_its_end(app_tally: Tally, app_ann: Person) -> None:
    await app_tally.add_totals(app_ann, range(23))
    values: list[int] = []
    before: dict[str, str] = {}
    while True:
        part = await given(app_tally, app_ann, "list", limit=10, **before)
        values += [total["value"] for total in part["totals"]]
        if part["next"] is None:
            break
        before = {"before": part["next"]}
    assert values == list(reversed(range(23)))
    beyond = await given(app_tally, app_ann, "list", before="1.1")
    assert beyond == {"totals": [], "next": None}


async def test_the_chart_leaves_no_day_out(app_tally: Tally, app_ann: Person) -> None:
    days = [date(2024, 2, 29), date(2024, 3, 1), date(2026, 1, 1)]
    noons = [datetime(day.year, day.month, day.day, 12, tzinfo=UTC) for day in days]
    await app_tally.keep(
        [new_total(user_id=app_ann.id, value=5, created_at=moment) for moment in noons],
    )

    async def bars(**period: str) -> tuple[str, list[tuple[str, int]]]:
        told = await given(app_tally, app_ann, "overview", **period)
        return told["unit"], [(bar["since"], bar["count"]) for bar in told["bars"]]

    unit, shown = await bars(since="2024-02-26", until="2024-03-03")
    assert unit == "day"
    assert [count for _, count in shown] == [0, 0, 0, 1, 1, 0, 0]
    unit, shown = await bars(since="2024-01-15", until="2024-12-31")
    assert unit == "month"
    assert shown[:3] == [("2024-01-15", 0), ("2024-02-01", 1), ("2024-03-01", 1)]
    assert len(shown) == 12
    unit, shown = await bars(since="2000-01-01", until="2100-12-31")
    assert (unit, len(shown)) == ("year", 101)
    assert [(day, count) for day, count in shown if count] == [("2024-01-01", 2), ("2026-01-01", 1)]
    unit, shown = await bars()
    assert shown[0] == ("2024-02-29", 1)
    assert sum(count for _, count in shown) == 3


async def test_a_person_who_counted_just_now_sees_it(app_tally: Tally, app_ann: Person) -> None:
    assert (await given(app_tally, app_ann, "overview"))["bars"] == []
    counter = await open_counter(app_ann, "/numbers cups of tea")
    await app_ann.press(counter, "+1")
    await app_ann.press(counter, "Confirm")
    told = await given(app_tally, app_ann, "overview")
    assert told["summary"]["totals"] == "1 total"
    assert (told["recent"]["today"], told["recent"]["streak"]) == (1, "1 day")
    assert [label["label"] for label in told["labels"]] == ["cups of tea"]


async def test_it_speaks_the_persons_language_and_knows_their_groups(
    app_playground: Playground, app_tally: Tally
) -> None:
    boris = await app_playground.person("Борис", language_code="ru")
    group = await app_playground.group("Чай & <b>", members=[boris])
    await app_tally.keep(
        [
            new_total(user_id=boris.id, chat_id=chat, label="чай")
            for chat in (boris.id, group.id, -100777)
        ],
    )
    start = await given(app_tally, boris, "start")
    assert start["language"] == "ru"
    assert start["texts"]["title"] == "Ваши итоги"
    assert start["labels"] == ["чай"]
    assert {chat["id"]: chat["name"] for chat in start["chats"]} == {
        str(boris.id): "Личный чат",
        str(group.id): "Чай & <b>",
        "-100777": "Группа",
    }
    assert (await given(app_tally, boris, "overview"))["summary"]["totals"] == "3 итога"


async def test_nobody_sees_anothers_totals(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    await app_tally.add_totals(app_ann, range(3))
    boris = await app_playground.person("Boris")
    part = await given(app_tally, app_ann, "list", limit=1)
    for wish in ({}, {"chat": app_ann.id}, {"before": part["next"]}):
        assert (await given(app_tally, boris, "list", **wish))["totals"] == []
    assert (await given(app_tally, boris, "start"))["labels"] == []
    for name in ("user", "user_id", "id"):
        status, content = await ask(
            app_tally, await opened(boris), "list", **{name: str(app_ann.id)}
        )
        assert (status, content["error"]) == (400, "wrong")


@pytest.mark.parametrize(
    "wish",
    [
        {"limit": "0"},
        {"limit": str(PAGE_MAX + 1)},
        {"limit": "9" * 400},
        {"limit": "many"},
        {"since": "2026-02-30"},
        {"since": "yesterday"},
        {"until": "0001-01-01"},
        {"until": "9999-12-31"},
        {"since": "2026-02-02", "until": "2026-02-01"},
        {"label": "x" * 65},
        {"label": "a\0b"},
        {"kind": "' OR 1=1"},
        {"chat": str(2**63)},
        {"chat": "me"},
        {"before": "1"},
        {"before": "-1.1"},
        {"before": f"{'9' * 12}.1"},
        {"at": "1.1"},
    ],
)
async def test_what_makes_no_sense_is_refused(
    app_tally: Tally, app_ann: Person, wish: dict[str, str]
) -> None:
    status, content = await ask(app_tally, await opened(app_ann), "list", **wish)
    assert (status, content["error"]) == (400, "wrong")
    assert all(value not in json.dumps(content) for value in wish.values() if len(value) > 3)


async def test_what_is_said_twice_or_is_no_text_is_refused(
    app_tally: Tally, app_ann: Person
) -> None:
    headers = {"Authorization": await opened(app_ann)}
    async with ClientSession() as session:
        for query in ("limit=1&limit=2", "label=%ED%A0%80%FF"):
            url = URL(f"{address(app_tally)}/api/list?{query}", encoded=True)
            async with session.get(url, headers=headers) as answer:
                # Bytes that are no text become signs of their own: a label that nobody has.
                assert answer.status == (400 if "limit" in query else 200)


def forgeries(token: str, person: Person) -> dict[str, tuple[int, str, str | None]]:
    """Give what may stand in the header, with the status and reason that it is refused with."""
    user = {"id": person.id, "first_name": "Ann"}
    now = int(time.time())
    good = init_data(token, user, now)
    sealed = Seal(token, "totals page")
    content = {"user_id": person.id, "language": "en"}
    return {
        "nothing": (401, "unknown", None),
        "no scheme": (401, "unknown", good),
        "another scheme": (401, "unknown", f"Bearer {good}"),
        "no data": (401, "unknown", "tma "),
        "no query": (403, "forged", "tma hello"),
        "no hash": (403, "forged", f"tma {good.rpartition('&')[0]}"),
        "another hash": (403, "forged", f"tma {good[:-1]}{'0' if good[-1] != '0' else '1'}"),
        "a hash that is no text": (403, "forged", "tma user=1&hash=%C3%A4"),
        "another person": (
            403,
            "forged",
            f"tma {good.replace(str(person.id), str(person.id + 1))}",
        ),
        "more than was signed": (403, "forged", f"tma {good}&start_param=a"),
        "another bot": (403, "forged", f"tma {init_data('1234567:other', user, now)}"),
        "stale": (401, "stale", f"tma {init_data(token, user, now - MAX_AGE - 10)}"),
        "of tomorrow": (401, "stale", f"tma {init_data(token, user, now + 3600)}"),
        "nobody": (400, "incomplete", f"tma {init_data(token, {}, now)}"),
        "no pass": (403, "forged", "pass hello"),
        "a changed pass": (403, "forged", f"pass x{sealed.close(content, now + 60)}"),
        "a pass for something else": (
            403,
            "forged",
            f"pass {Seal(token, 'game').close(content, now + 60)}",
        ),
        "another bot's pass": (
            403,
            "forged",
            f"pass {Seal('1234567:other', 'totals page').close(content, now + 60)}",
        ),
        "a stale pass": (401, "stale", f"pass {sealed.close(content, now - 1)}"),
    }


async def test_who_does_not_come_from_telegram_is_refused_and_nothing_of_it_is_logged(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    await app_tally.add_totals(app_ann, [41])
    for name, (status, reason, said) in forgeries(app_playground.token, app_ann).items():
        for what in ("start", "overview", "list"):
            found, content = await ask(app_tally, said, what, label="secret label")
            assert (found, content["error"]) == (status, reason), name
            assert set(content) == {"error", "text"}
            if reason != "incomplete":
                # Who asks is not known, so it is the browser's language.
                assert CYRILLIC.search(content["text"]), name
            if said and len(said) > 10:
                assert said not in app_tally.log.read_text()
    assert "secret label" not in app_tally.log.read_text()


async def test_while_the_database_is_away_the_page_is_told_so(
    app_tally: Tally, app_ann: Person
) -> None:
    said = await opened(app_ann)
    async with app_tally.moved_away("totals"):
        status, content = await ask(app_tally, said, "list")
        assert (status, content["error"]) == (503, "away")
    assert (await ask(app_tally, said, "list"))[0] == 200


@asynccontextmanager
async def page(tally: Tally, language: str) -> AsyncIterator[tuple[str, Json]]:
    headers = {"Accept-Language": language}
    async with (
        ClientSession() as session,
        session.get(address(tally), headers=headers) as answer,
    ):
        yield await answer.text(), dict(answer.headers)


async def test_the_page_asks_no_other_host(app_tally: Tally) -> None:
    for language, title in (("en-GB,ru;q=0.5", "Your totals"), ("ru", "Ваши итоги")):
        async with page(app_tally, language) as (text, headers):
            assert f"<title>{title}</title>" in text
            assert "default-src 'none'; script-src 'self'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "//" not in text


async def test_the_page_is_opened_by_menu_button_window_and_reply_button(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    url = "https://example.org/totals"
    await app_tally.add_totals(app_ann, [41])
    call = await app_playground.until_called("setChatMenuButton")
    assert call.params["menu_button"]["web_app"] == {"url": url}

    window = await open_counter(app_ann, "/totals")
    button = window.button("Totals on a page")
    assert button.web_app
    assert button.web_app.url == url

    group = await make_group(app_playground, [app_ann])
    await app_ann.send("/totals", chat=group)
    shared = await app_ann.receive(chat=group)
    assert ["Totals on a page"] not in shared.labels

    await app_ann.send("/special_buttons")
    await receive(app_ann, "Special buttons")
    rows = (await until_keyboard(app_ann))["keyboard"]
    buttons = {button["text"]: button for row in rows for button in row}
    reply = buttons["Totals on a page"]["web_app"]["url"]
    assert reply.startswith(f"{url}?pass=")
    told = await app_ann.open_app(reply, "keyboard")
    assert told["init_data"] == ""
    said = parse_qs(urlsplit(told["url"]).query)["pass"][0]
    status, content = await ask(app_tally, f"pass {said}", "list")
    assert (status, [total["value"] for total in content["totals"]]) == (200, [41])


async def test_a_link_opens_the_page_filtered(app_tally: Tally, app_ann: Person) -> None:
    links = {
        encode(TotalsLink("tea", Kind.NUMBERS)): ("tea", "numbers", None),
        encode(TotalsLink(days=1)): (None, None, f"{datetime.now(UTC):%Y-%m-%d}"),
        "links": (),
        "broken": (),
    }
    for payload, filters in links.items():
        told = await app_ann.open_app("https://example.org/totals", "link", payload)
        status, start = await ask(app_tally, f"tma {told['init_data']}", "start")
        assert (status, tuple(start["link"].values())) == (200, filters)


async def test_without_an_address_the_menu_button_lists_the_commands(
    playground: Playground, ann: Person
) -> None:
    await playground.until_called("getChatMenuButton")
    assert not await playground.calls("setChatMenuButton")
    assert (await open_counter(ann, "/totals")).labels == [["Back"]]
