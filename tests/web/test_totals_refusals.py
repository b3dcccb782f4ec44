"""Refused requests of the page of totals: totals of others, malformed and forged requests."""

import json
import re
import time

import pytest
from aiohttp import ClientSession
from yarl import URL

from signed.seals import Seal
from telegram_playground import Person, Playground
from telegram_playground.signing import init_data
from tests.support.tally import Tally
from tests.web.test_totals_api import address, ask, given, opened
from web.totals_query import PAGE_MAX
from web.viewers import MAX_AGE

CYRILLIC = re.compile("[А-Яа-я]")


async def test_people_see_only_their_own_totals(
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
async def test_malformed_queries_are_refused(
    app_tally: Tally, app_ann: Person, wish: dict[str, str]
) -> None:
    status, content = await ask(app_tally, await opened(app_ann), "list", **wish)
    assert (status, content["error"]) == (400, "wrong")
    assert all(value not in json.dumps(content) for value in wish.values() if len(value) > 3)


async def test_repeated_parameters_and_invalid_text_are_refused(
    app_tally: Tally, app_ann: Person
) -> None:
    headers = {"Authorization": await opened(app_ann)}
    async with ClientSession() as session:
        for query in ("limit=1&limit=2", "label=%ED%A0%80%FF"):
            url = URL(f"{address(app_tally)}/api/list?{query}", encoded=True)
            async with session.get(url, headers=headers) as answer:
                # Bytes that are not valid UTF-8 are replaced, so no total has such a name.
                assert answer.status == (400 if "limit" in query else 200)


def forgeries(token: str, person: Person) -> dict[str, tuple[int, str, str | None]]:
    """Give bad `Authorization` headers, each with the status and reason of its refusal."""
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
        "of tomorrow": (401, "clock", f"tma {init_data(token, user, now + 3600)}"),
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


async def test_requests_without_proof_are_refused_and_nothing_of_them_is_logged(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    await app_tally.add_totals(app_ann, [41])
    for name, (status, reason, proof) in forgeries(app_playground.token, app_ann).items():
        for what in ("start", "overview", "list"):
            found, content = await ask(app_tally, proof, what, label="secret label")
            assert (found, content["error"]) == (status, reason), name
            assert set(content) == {"error", "text"}
            if reason != "incomplete":
                # The person is not known, so the text is in the browser's language.
                assert CYRILLIC.search(content["text"]), name
            if proof and len(proof) > 10:
                assert proof not in app_tally.log.read_text()
    assert "secret label" not in app_tally.log.read_text()


async def test_while_the_database_is_away_the_page_gets_an_error(
    app_tally: Tally, app_ann: Person
) -> None:
    proof = await opened(app_ann)
    async with app_tally.moved_away("totals"):
        status, content = await ask(app_tally, proof, "list")
        assert (status, content["error"]) == (503, "away")
    assert (await ask(app_tally, proof, "list"))[0] == 200
