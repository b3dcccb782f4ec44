"""The game: its message as a window, its address, its scores, and everything that is refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientError, ClientSession

from playground import Group, Message, Person, Playground
from tests.ports import free_port
from tests.tally import Tally
from tests.test_menu import MENU, open_menu
from tickets import LIFE, Ticket, Tickets

PATIENCE = 5


@pytest.fixture(scope="module")
async def arcade() -> AsyncIterator[Playground]:
    """Give a playground for a bot that has a game."""
    async with Playground() as own:
        await own.switch(inline=True)
        yield own


@pytest.fixture(scope="module")
async def host(
    arcade: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give that bot; a test may end it if it starts it again."""
    own = Tally(
        tmp_path_factory.mktemp("arcade") / "data",
        BOT_TOKEN=arcade.token,
        BOT_API_URL=arcade.url,
        WEB_APP_URL="https://example.org",
        WEB_PORT=str(free_port()),
        GAME_SHORT_NAME="tap_race",
    )
    try:
        await own.start()
        yield own
    finally:
        await own.clean_up()


@pytest.fixture
async def player(arcade: Playground, host: Tally) -> Person:  # noqa: ARG001
    """Give a person who is new to that bot."""
    return await arcade.person("Ann", language_code="en")


@pytest.fixture
async def rival(arcade: Playground) -> Person:
    """Give another person, who reads Russian."""
    return await arcade.person("Борис", language_code="ru")


@pytest.fixture
async def friends(arcade: Playground, player: Person, rival: Person) -> Group:
    """Give a group of both."""
    return await arcade.group("Friends", members=[player, rival])


Tell = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def tell(host: Tally) -> AsyncIterator[Tell]:
    """Give the page's way to tell a score; it gives the status and what it was told."""
    address = f"http://127.0.0.1:{host.settings['WEB_PORT']}/game/score"
    async with ClientSession() as session:

        async def post(ticket: str, score: object, **more: object) -> tuple[int, Any]:
            content = {"ticket": ticket, "score": score, **more}
            async with session.post(address, json=content) as answer:
                return answer.status, await answer.json() if answer.status == 200 else None

        yield post


async def open_game(person: Person, chat: Group | None = None) -> Message:
    await person.send("/game", chat=chat)
    return await person.receive(chat)


async def told(person: Person, game: Message, label: str) -> str | None:
    """Press a button, and give what is answered."""
    answer = await person.press(game, label)
    assert answer is not None
    return answer.text


async def play(person: Person, game: Message) -> str:
    """Press Play, and give the ticket in the address that it opens."""
    answer = await person.press(game, game.labels[0][0])
    assert answer is not None
    assert answer.url is not None
    assert answer.url.startswith("https://example.org/game?")
    return parse_qs(urlsplit(answer.url).query)["ticket"][0]


async def reach(tell: Tell, ticket: str, score: int) -> Any:  # noqa: ANN401 - JSON
    """Tell a score as soon as it can have been tapped; give what the page is told."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await tell(ticket, score))[0] == 403:
            pass
    status, page = answer
    assert status == 200
    return page


def results(page: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - JSON
    return [(line["name"], line["score"]) for line in page["scores"]]


async def scores(person: Person, game: Message) -> dict[str, int]:
    """Give what persons have reached at a message, as everybody there sees it."""
    found = ((await person.read(game)).model_extra or {}).get("scores", [])
    return {line["user"]["first_name"]: line["score"] for line in found}


async def test_from_the_menu_to_a_score_and_back(
    arcade: Playground, player: Person, tell: Tell
) -> None:
    menu = await open_menu(player)
    before = await arcade.call_count()
    await player.press(menu, "Game")
    game = await player.receive()
    await player.until_gone(menu)
    assert game.game is not None
    assert game.labels == [["Play"], ["High scores", "Challenge"], ["Back"]]
    assert await told(player, game, "High scores") == "Nobody has played here yet"
    page = await reach(tell, await play(player, game), 4)
    assert results(page) == [("Ann", 4)]
    assert await told(player, game, "High scores") == "1. Ann: 4"
    assert await scores(player, game) == {"Ann": 4}
    await player.press(game, "Back")
    assert (await player.receive()).labels == MENU
    await player.until_gone(game)
    assert await arcade.refusals(after=before) == []


async def test_only_a_better_score_counts_and_each_round_has_its_ticket(
    player: Person, tell: Tell
) -> None:
    game = await open_game(player)
    page = await reach(tell, await play(player, game), 4)
    for score, best in ((3, 4), (4, 4), (5, 5)):
        page = await reach(tell, page["ticket"], score)
        assert results(page) == [("Ann", best)]


async def test_in_a_group_everybody_plays_the_same_game(
    arcade: Playground, player: Person, rival: Person, friends: Group, tell: Tell
) -> None:
    before = await arcade.call_count()
    game = await open_game(player, friends)
    assert game.labels == [["Play"], ["High scores", "Challenge"]]
    await reach(tell, await play(player, game), 3)
    page = await reach(tell, await play(rival, game), 5)
    assert [(*line.values(),) for line in page["scores"]] == [
        (1, "Борис", 5, True),
        (2, "Ann", 3, False),
    ]
    assert await told(rival, game, "High scores") == "1. Борис: 5\n2. Ann: 3"
    assert (await rival.receive(friends)).message_id == game.message_id
    another = await open_game(rival, friends)
    await reach(tell, await play(player, another), 2)
    assert await scores(player, game) == {"Борис": 5, "Ann": 3}
    assert await scores(player, another) == {"Ann": 2}
    await player.send("/start", chat=friends)
    while not (menu := await player.receive(friends)).text:
        pass
    assert await arcade.refusals(after=before) == []
    await player.press(menu, "Game")
    assert (await player.receive(friends)).game is not None
    assert (await player.read(menu)).labels == menu.labels
    assert (await player.read(game)).labels == game.labels


async def test_an_inline_game_is_played_where_it_was_posted(
    arcade: Playground, player: Person, rival: Person, tell: Tell
) -> None:
    group = await arcade.group("Elsewhere", members=[player, rival], bot="left")
    asked = await player.ask()
    assert [result["type"] for result in asked["results"]] == ["article", "game"]
    game = await player.choose(asked, "game", chat=group)
    assert game.labels == [["Play"], ["Challenge"]]
    await reach(tell, await play(player, game), 2)
    page = await reach(tell, await play(rival, game), 3)
    assert results(page) == [("Борис", 3), ("Ann", 2)]
    assert await scores(player, game) == {"Борис": 3, "Ann": 2}


async def test_a_kill_between_opening_and_the_end_of_the_round_changes_nothing(
    arcade: Playground, host: Tally, player: Person, tell: Tell
) -> None:
    game = await open_game(player)
    ticket = await play(player, game)
    before = await arcade.call_count()
    await host.kill()
    await host.start()
    assert results(await reach(tell, ticket, 4)) == [("Ann", 4)]
    assert (await tell(ticket, 4))[0] == 409
    # Whoever lives on looks through the windows that may not have been drawn.
    await player.press(await open_menu(player), "Help")
    assert await arcade.calls("sendGame", after=before) == []
    assert [m.game for m in await player.messages() if m.game] == []


async def test_a_command_takes_the_place_of_a_game(player: Person) -> None:
    first = await open_game(player)
    second = await open_game(player)
    await player.until_gone(first)
    await player.send("/totals")
    assert (await player.receive()).text
    await player.until_gone(second)
    assert len([m for m in await player.messages() if m.from_user != player.user]) == 1


async def test_a_game_that_is_too_old_to_be_deleted_keeps_its_button(
    own_playground: Playground, own_tally: Tally
) -> None:
    own_tally.settings |= {"GAME_SHORT_NAME": "tap_race", "WEB_APP_URL": "https://example.org"}
    own_tally.settings["WEB_PORT"] = str(free_port())
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    menu = await open_menu(ann)
    await own_playground.advance(49 * 60 * 60)
    await ann.press(menu, "Game")
    game = await ann.receive()
    await ann.until(menu, lambda message: not message.labels)
    await own_playground.advance(49 * 60 * 60)
    await ann.press(game, "Back")
    assert (await ann.receive()).labels == MENU
    late = await ann.press(game, "High scores")
    assert late is not None
    assert (late.text or "").startswith("This one has ended")
    await ann.until(game, lambda message: message.labels == [["Play"]])
    assert await play(ann, game)


async def test_a_game_that_telegram_does_not_know_is_told_in_words(
    arcade: Playground, player: Person
) -> None:
    await arcade.switch(games=False)
    window = await open_game(player)
    await arcade.switch(games=True)
    assert "is GAME_SHORT_NAME as @BotFather has it?" in (window.text or "")
    assert window.labels == [["High scores", "Challenge"], ["Back"]]
    await player.press(window, "Back")
    await player.until(window, lambda message: message.labels == MENU)


async def test_where_nothing_is_set_the_window_says_what_to_set(
    playground: Playground, ann: Person
) -> None:
    window = await open_game(ann)
    assert "/newgame to @BotFather, then set GAME_SHORT_NAME" in (window.text or "")
    assert "set WEB_APP_URL" in (window.text or "")
    assert window.labels == [["Back"]]
    group = await playground.group("Friends", members=[ann])
    assert (await open_game(ann, group)).text == window.text


async def test_a_game_that_is_not_ours_is_answered(
    arcade: Playground, host: Tally, player: Person
) -> None:
    game = await open_game(player)
    before = await arcade.call_count()
    await host.kill()
    host.settings["GAME_SHORT_NAME"] = "another"
    await host.start()
    try:
        answer = await player.press(game, "Play")
        assert answer is not None
        assert (answer.url, answer.text) == (None, "This game is no longer mine")
        assert (await player.read(game)).labels == game.labels
        assert await arcade.calls("answerCallbackQuery", after=before) != []
        assert await arcade.refusals(after=before) == []
    finally:
        await host.kill()
        host.settings["GAME_SHORT_NAME"] = "tap_race"
        await host.start()


async def test_made_up_scores_change_nothing(
    arcade: Playground, player: Person, tell: Tell
) -> None:
    game = await open_game(player)
    ticket = await play(player, game)
    await reach(tell, (await reach(tell, ticket, 1))["ticket"], 1)
    mine = Ticket(player.id, "en", chat_id=player.id, message_id=game.message_id, opened=0)
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
        assert (await tell(text, 1))[0] == 401, text
    tickets = Tickets(arcade.token)
    assert (await tell(tickets.issue(mine), 1))[0] == 403
    assert (await tell(await play(player, game), 1_000_000))[0] == 403
    assert (await tell(await play(player, game), 252))[0] == 403
    assert (await tell(ticket, 0))[0] == 409
    assert (await tell(ticket, 1))[0] == 409
    fresh = await play(player, game)
    wrong: tuple[object, ...] = (-1, 1.5, "1", True, None, 2**31, [], {})
    for score in wrong:
        assert (await tell(fresh, score))[0] == 400, score
    assert (await tell(fresh, 1, more=1))[0] == 400
    assert await scores(player, game) == {"Ann": 1}


async def test_bodies_that_are_no_scores_are_refused(host: Tally) -> None:
    address = f"http://127.0.0.1:{host.settings['WEB_PORT']}/game/score"
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
    arcade: Playground, player: Person, tell: Tell
) -> None:
    game = await open_game(player)
    ticket = await play(player, game)
    before = await arcade.call_count()
    answers = await asyncio.gather(*(tell(ticket, 1) for _ in range(20)))
    statuses = sorted(status for status, _ in answers)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {409, 503}
    assert len(await arcade.calls("setGameScore", after=before)) == 1


async def test_a_score_that_telegram_could_not_take_can_be_told_again(
    arcade: Playground, player: Person, tell: Tell
) -> None:
    game = await open_game(player)
    ticket = await play(player, game)
    for status in (500, 429):
        await arcade.trouble("refuse", method="setGameScore", status=status, times=1)
        assert (await tell(ticket, 1))[0] == 503
    await reach(tell, ticket, 1)
    again = await play(player, game)
    # It has done it, but nobody hears of that.
    await arcade.trouble("lose", method="setGameScore", times=1)
    async with asyncio.timeout(PATIENCE):
        while (status := (await tell(again, 2))[0]) == 403:
            pass
    assert status == 503
    assert results((await tell(again, 2))[1]) == [("Ann", 2)]
    again = await play(player, game)
    await player.delete(game)
    assert (await tell(again, 1))[0] == 410


async def test_a_kill_while_a_score_is_taken_lets_it_be_told_again(
    arcade: Playground, host: Tally, player: Person, tell: Tell
) -> None:
    game = await open_game(player)
    ticket = await play(player, game)
    before = await arcade.call_count()
    fault = await arcade.trouble("hang", method="setGameScore")
    telling = asyncio.ensure_future(tell(ticket, 1))
    await arcade.until_called("setGameScore", after=before)
    await host.kill()
    with pytest.raises(ClientError):
        await telling
    await arcade.calm(fault)
    await host.start()
    assert (await tell(ticket, 1))[0] == 503
    async with host.redis() as redis:
        # A minute later whoever had claimed it has not done it.
        for key in await redis.keys("tally:*:claim:*"):
            assert await redis.ttl(key) > 0
            if await redis.get(key) == b"busy":
                await redis.delete(key)
    assert results(await reach(tell, ticket, 1)) == [("Ann", 1)]


async def test_while_redis_writes_nothing_no_score_is_taken(
    host: Tally, player: Person, tell: Tell
) -> None:
    game = await open_game(player)
    ticket = await play(player, game)
    async with host.redis() as redis:
        await redis.config_set("min-replicas-to-write", 1)
        assert (await tell(ticket, 1))[0] == 503
        await redis.config_set("min-replicas-to-write", 0)
    assert results(await reach(tell, ticket, 1)) == [("Ann", 1)]


async def test_a_command_that_comes_twice_opens_one_game(
    arcade: Playground, player: Person, friends: Group
) -> None:
    await open_game(player, friends)
    await arcade.repeat()
    await arcade.until_pending(0)
    await player.send("/help", chat=friends)
    assert (await player.receive(friends)).text


async def test_high_scores_that_telegram_does_not_tell(
    arcade: Playground, player: Person, tell: Tell
) -> None:
    game = await open_game(player)
    fault = await arcade.trouble("refuse", method="getGameHighScores", status=500)
    assert await told(player, game, "High scores") == "Try again in a moment"
    assert results(await reach(tell, await play(player, game), 1)) == []
    await arcade.calm(fault)


async def test_the_page_opens_with_a_ticket_in_its_language_and_with_none_says_so(
    arcade: Playground, host: Tally, player: Person, rival: Person, friends: Group
) -> None:
    address = f"http://127.0.0.1:{host.settings['WEB_PORT']}/game"
    game = await open_game(player, friends)
    stale = Tickets(arcade.token).issue(Ticket(player.id, "en", opened=-LIFE))
    expected = [
        (await play(player, game), 200, "<h1>Tap race</h1>"),
        (await play(rival, game), 200, "<h1>Кто быстрее</h1>"),
        ("made up", 401, "Этот раунд окончен."),
        (stale, 403, "Этот раунд окончен."),
    ]
    async with ClientSession(headers={"Accept-Language": "ru,en;q=0.5"}) as session:
        for ticket, status, text in expected:
            async with session.get(address, params={"ticket": ticket}) as answer:
                assert (answer.status, text in await answer.text()) == (status, True)
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; script-src 'self';")
                assert "unsafe" not in policy
        for name in ("game.js", "game.css"):
            async with session.get(f"{address}/{name}") as answer:
                assert answer.status == 200
        async with session.get(f"{address}/../scores.py") as answer:
            assert answer.status == 404
