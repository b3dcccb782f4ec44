"""The API of the page of totals over HTTP: list, summary, chart, and options of the filters."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from aiohttp import ClientSession

from db.models import Kind
from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals import follow
from tests.support.samples import new_total
from tests.support.tally import Tally

Json = dict[str, Any]

STRANGE = ("<b>tea</b> & 'co'", "כוסות תה", "🥟🥟", "a\u202eb")
"""Names as people write them: HTML, right to left, emoji, a mark that changes the direction."""


def address(tally: Tally) -> str:
    """Give the address of the page, without the proxy that has the certificate."""
    return f"http://127.0.0.1:{tally.settings['WEB_PORT']}/totals"


async def opened(person: Person) -> str:
    """Open the page by the menu button; give its initData."""
    app = await person.open_app("https://example.org/totals", "menu")
    return f"tma {app['init_data']}"


async def ask(
    tally: Tally, authorization: str | None, what: str, **wish: object
) -> tuple[int, Json]:
    """Send a request as the page does; give the status and the answer."""
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
    """Send a request as a person who has opened the page."""
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
        overview = await given(app_tally, app_ann, "overview", **wish)
        assert overview["summary"]["count"] == len(expected)
        assert overview["summary"]["sum"] == sum(total.value for total in expected)
        assert sum(bar["sum"] for bar in overview["bars"]) == overview["summary"]["sum"]
        assert sum(label["sum"] for label in overview["labels"]) == overview["summary"]["sum"]


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
        overview = await given(app_tally, app_ann, "overview", **period)
        return overview["unit"], [(bar["since"], bar["count"]) for bar in overview["bars"]]

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
    await app_tally.until_totals(app_ann, 1)
    overview = await given(app_tally, app_ann, "overview")
    assert overview["summary"]["totals"] == "1 total"
    assert (overview["recent"]["today"], overview["recent"]["streak"]) == (1, "1 day")
    assert [label["label"] for label in overview["labels"]] == ["cups of tea"]


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


async def test_a_group_title_that_telegram_did_not_give_is_asked_for_again(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    group = await app_playground.group("Friends", members=[app_ann])
    await app_tally.keep([new_total(user_id=app_ann.id, chat_id=group.id)])
    fault = await app_playground.trouble("refuse", method="getChat", chat=group.id, status=502)
    chats = (await given(app_tally, app_ann, "start"))["chats"]
    assert chats[-1] == {"id": str(group.id), "name": "A group"}
    await app_playground.calm(fault)
    chats = (await given(app_tally, app_ann, "start"))["chats"]
    assert chats[-1] == {"id": str(group.id), "name": "Friends"}
    # The window finds the title in the cache, because the page has asked for it.
    called = await app_playground.call_count()
    await follow(app_ann, await open_counter(app_ann, "/totals"), "Filter", "Chat", "Friends")
    assert await app_playground.calls("getChat", after=called) == []
