"""Scores: each plausible one is taken once, all others are refused."""

import asyncio
import json

import pytest
from aiohttp import ClientError, ClientSession

from signed.tickets import Ticket, Tickets
from telegram_playground import Person, Playground
from tests.support.gaming import (
    PATIENCE,
    game_address,
    open_game,
    play,
    reach,
    results,
    scores,
    tell,
    told,
)
from tests.support.tally import Tally


async def test_only_a_better_score_counts_and_each_round_has_its_ticket(
    app_ann: Person, app_tally: Tally
) -> None:
    game = await open_game(app_ann)
    page = await reach(app_tally, await play(app_ann, game), 4)
    for score, best in ((3, 4), (4, 4), (5, 5)):
        page = await reach(app_tally, page["ticket"], score)
        assert results(page) == [("Ann", best)]


async def test_forged_scores_change_nothing(
    app_playground: Playground, app_ann: Person, app_tally: Tally
) -> None:
    game = await open_game(app_ann)
    ticket = await play(app_ann, game)
    await reach(app_tally, (await reach(app_tally, ticket, 1))["ticket"], 1)
    mine = Ticket(app_ann.id, "en", chat_id=app_ann.id, message_id=game.message_id, opened=0)
    content, _, signature = ticket.partition(".")
    forged = [
        "",
        ".",
        content,
        f"{content}.",
        f"{content}.{signature[:-1]}",
        f"{content}a.{signature}",
        Tickets("1234567:other").issue(mine),
        Tickets("").issue(mine),
    ]
    for text in forged:
        assert (await tell(app_tally, text, 1))[0] == 403, text
    tickets = Tickets(app_playground.token)
    assert (await tell(app_tally, tickets.issue(mine), 1))[0] == 401
    assert (await tell(app_tally, await play(app_ann, game), 1_000_000))[0] == 403
    assert (await tell(app_tally, await play(app_ann, game), 252))[0] == 403
    assert (await tell(app_tally, ticket, 0))[0] == 409
    assert (await tell(app_tally, ticket, 1))[0] == 409
    fresh = await play(app_ann, game)
    wrong: tuple[object, ...] = (-1, 1.5, "1", True, None, 2**31, [], {})
    for score in wrong:
        assert (await tell(app_tally, fresh, score))[0] == 400, score
    assert (await tell(app_tally, fresh, 1, more=1))[0] == 400
    assert await scores(app_ann, game) == {"Ann": 1}


async def test_bodies_that_are_no_scores_are_refused(app_tally: Tally) -> None:
    address = f"{game_address(app_tally)}/score"
    bodies = {
        b"": 400,
        b"{": 400,
        b"[]": 400,
        b"\xff": 400,
        b"null": 400,
        b'{"ticket": "\\udcff", "score": 1}': 400,
        b"[" * 1000: 400,
        json.dumps({"ticket": "x" * 4000, "score": 1}).encode(): 413,
        b"x" * 3000: 413,
    }
    async with ClientSession() as session:
        for body, status in bodies.items():
            async with session.post(address, data=body) as answer:
                assert answer.status == status, body[:10]


async def test_twenty_at_once_with_one_ticket_are_one_score(
    app_playground: Playground, app_ann: Person, app_tally: Tally
) -> None:
    game = await open_game(app_ann)
    ticket = await play(app_ann, game)
    before = await app_playground.call_count()
    answers = await asyncio.gather(*(tell(app_tally, ticket, 1) for _ in range(20)))
    statuses = sorted(status for status, _ in answers)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {409, 503}
    assert len(await app_playground.calls("setGameScore", after=before)) == 1


async def test_a_score_that_telegram_could_not_take_can_be_sent_again(
    app_playground: Playground, app_ann: Person, app_tally: Tally
) -> None:
    game = await open_game(app_ann)
    ticket = await play(app_ann, game)
    for status in (500, 429):
        await app_playground.trouble("refuse", method="setGameScore", status=status, times=1)
        assert (await tell(app_tally, ticket, 1))[0] == 503
    await reach(app_tally, ticket, 1)
    again = await play(app_ann, game)
    # Telegram sets the score, but its answer is lost.
    await app_playground.trouble("lose", method="setGameScore", times=1)
    async with asyncio.timeout(PATIENCE):
        while (status := (await tell(app_tally, again, 2))[0]) == 403:
            pass
    assert status == 503
    assert results((await tell(app_tally, again, 2))[1]) == [("Ann", 2)]
    again = await play(app_ann, game)
    await app_ann.delete(game)
    assert (await tell(app_tally, again, 1))[0] == 410


async def test_after_a_kill_while_a_score_is_taken_it_can_be_sent_again(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    game = await open_game(app_ann)
    ticket = await play(app_ann, game)
    before = await app_playground.call_count()
    fault = await app_playground.trouble("hang", method="setGameScore")
    telling = asyncio.ensure_future(tell(app_tally, ticket, 1))
    await app_playground.until_called("setGameScore", after=before)
    await app_tally.kill()
    with pytest.raises(ClientError):
        await telling
    await app_playground.calm(fault)
    await app_tally.start()
    assert (await tell(app_tally, ticket, 1))[0] == 503
    async with app_tally.redis() as redis:
        # Half a minute later the lease has expired, and its holder has not set the score.
        for key in await redis.keys("tally:*:claim:*"):
            assert await redis.ttl(key) > 0
            value = await redis.get(key)
            if isinstance(value, bytes) and value.startswith(b"busy"):
                await redis.delete(key)
    assert results(await reach(app_tally, ticket, 1)) == [("Ann", 1)]


async def test_while_redis_writes_nothing_no_score_is_taken(
    app_tally: Tally, app_ann: Person
) -> None:
    game = await open_game(app_ann)
    ticket = await play(app_ann, game)
    async with app_tally.redis() as redis:
        await redis.config_set("min-replicas-to-write", 1)
        assert (await tell(app_tally, ticket, 1))[0] == 503
        await redis.config_set("min-replicas-to-write", 0)
    assert results(await reach(app_tally, ticket, 1)) == [("Ann", 1)]


async def test_high_scores_are_empty_if_telegram_does_not_answer(
    app_playground: Playground, app_ann: Person, app_tally: Tally
) -> None:
    game = await open_game(app_ann)
    fault = await app_playground.trouble("refuse", method="getGameHighScores", status=500)
    assert await told(app_ann, game, "High scores") == "Try again in a moment"
    assert results(await reach(app_tally, await play(app_ann, game), 1)) == []
    await app_playground.calm(fault)
