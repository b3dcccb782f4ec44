"""The game: its message is a window, its button opens a page, and scores come back."""

import pytest
from aiohttp import ClientSession

from signed.tickets import LIFE, Ticket, Tickets
from telegram_playground import Group, Person, Playground
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.gaming import game_address, open_game, play, reach, results, scores, tell, told
from tests.support.groups import make_group
from tests.support.ports import free_port
from tests.support.tally import Tally


@pytest.fixture
async def rival(app_playground: Playground) -> Person:
    """Give another person, who reads Russian."""
    return await app_playground.person("Борис", language_code="ru")


@pytest.fixture
async def friends(app_playground: Playground, app_ann: Person, rival: Person) -> Group:
    """Give a group of both."""
    return await make_group(app_playground, [app_ann, rival])


async def test_from_the_menu_to_a_score_and_back(
    app_playground: Playground, app_ann: Person, app_tally: Tally
) -> None:
    menu = await open_menu(app_ann)
    before = await app_playground.call_count()
    await app_ann.press(menu, "Game")
    game = await app_ann.receive()
    await app_ann.until_gone(menu)
    assert game.game is not None
    assert game.labels == [["Play"], ["High scores", "Challenge"], ["Back"]]
    assert await told(app_ann, game, "High scores") == "Nobody has played here yet"
    page = await reach(app_tally, await play(app_ann, game), 4)
    assert results(page) == [("Ann", 4)]
    assert await told(app_ann, game, "High scores") == "1. Ann: 4"
    assert await scores(app_ann, game) == {"Ann": 4}
    await app_ann.press(game, "Back")
    assert (await app_ann.receive()).labels == MENU
    await app_ann.until_gone(game)
    assert await app_playground.refusals(after=before) == []


async def test_in_a_group_everybody_plays_the_same_game(
    app_playground: Playground, app_ann: Person, rival: Person, friends: Group, app_tally: Tally
) -> None:
    before = await app_playground.call_count()
    game = await open_game(app_ann, friends)
    assert game.labels == [["Play"], ["High scores", "Challenge"]]
    await reach(app_tally, await play(app_ann, game), 3)
    page = await reach(app_tally, await play(rival, game), 5)
    assert [(*line.values(),) for line in page["scores"]] == [
        (1, "Борис", 5, True),
        (2, "Ann", 3, False),
    ]
    assert await told(rival, game, "High scores") == "1. Борис: 5\n2. Ann: 3"
    assert (await rival.receive(friends)).message_id == game.message_id
    another = await open_game(rival, friends)
    await reach(app_tally, await play(app_ann, another), 2)
    assert await scores(app_ann, game) == {"Борис": 5, "Ann": 3}
    assert await scores(app_ann, another) == {"Ann": 2}
    await app_ann.send("/start", chat=friends)
    while not (menu := await app_ann.receive(friends)).text:
        pass
    assert await app_playground.refusals(after=before) == []
    await app_ann.press(menu, "Game")
    assert (await app_ann.receive(friends)).game is not None
    assert (await app_ann.read(menu)).labels == menu.labels
    assert (await app_ann.read(game)).labels == game.labels


async def test_an_inline_game_is_played_where_it_was_posted(
    app_playground: Playground, app_ann: Person, rival: Person, app_tally: Tally
) -> None:
    group = await app_playground.group("Elsewhere", members=[app_ann, rival], bot="left")
    asked = await app_ann.ask()
    assert [result["type"] for result in asked["results"]] == ["article", "game"]
    game = await app_ann.choose(asked, "game", chat=group)
    assert game.labels == [["Play"], ["Challenge"]]
    await reach(app_tally, await play(app_ann, game), 2)
    page = await reach(app_tally, await play(rival, game), 3)
    assert results(page) == [("Борис", 3), ("Ann", 2)]
    assert await scores(app_ann, game) == {"Борис": 3, "Ann": 2}


async def test_a_game_that_botfather_does_not_know_takes_no_counter_with_it(
    app_playground: Playground, app_ann: Person
) -> None:
    await app_playground.switch(games=False)
    try:
        asked = await app_ann.ask()
    finally:
        await app_playground.switch(games=True)
    assert [result["type"] for result in asked["results"]] == ["article"]


async def test_a_kill_between_opening_and_the_end_of_the_round_changes_nothing(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    game = await open_game(app_ann)
    ticket = await play(app_ann, game)
    before = await app_playground.call_count()
    await app_tally.kill()
    await app_tally.start()
    assert results(await reach(app_tally, ticket, 4)) == [("Ann", 4)]
    assert (await tell(app_tally, ticket, 4))[0] == 409
    # The restarted bot looks through its pending redraws.
    await app_ann.press(await open_menu(app_ann), "Help")
    assert await app_playground.calls("sendGame", after=before) == []
    assert [m.game for m in await app_ann.messages() if m.game] == []


async def test_a_command_takes_the_place_of_a_game(app_ann: Person) -> None:
    first = await open_game(app_ann)
    second = await open_game(app_ann)
    await app_ann.until_gone(first)
    await app_ann.send("/totals")
    assert (await app_ann.receive()).text
    await app_ann.until_gone(second)
    assert len([m for m in await app_ann.messages() if m.from_user != app_ann.user]) == 1


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
    app_playground: Playground, app_ann: Person
) -> None:
    await app_playground.switch(games=False)
    window = await open_game(app_ann)
    await app_playground.switch(games=True)
    assert "is GAME_SHORT_NAME as @BotFather has it?" in (window.text or "")
    assert window.labels == [["High scores", "Challenge"], ["Back"]]
    await app_ann.press(window, "Back")
    await app_ann.until(window, lambda message: message.labels == MENU)


async def test_without_settings_the_window_says_what_to_set(
    playground: Playground, ann: Person
) -> None:
    window = await open_game(ann)
    assert "/newgame to @BotFather, then set GAME_SHORT_NAME" in (window.text or "")
    assert "set WEB_APP_URL" in (window.text or "")
    assert window.labels == [["Back"]]
    group = await make_group(playground, [ann])
    assert (await open_game(ann, group)).text == window.text


async def test_a_game_that_is_not_ours_is_answered(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    group = await app_playground.group("Elsewhere", members=[app_ann], bot="left")
    # Without a window, because a window would be sent anew as the other game.
    game = await app_ann.choose(await app_ann.ask(), "game", chat=group)
    before = await app_playground.call_count()
    await app_tally.kill()
    app_tally.settings["GAME_SHORT_NAME"] = "another"
    await app_tally.start()
    try:
        answer = await app_ann.press(game, "Play")
        assert answer is not None
        assert (answer.url, answer.text) == (None, "This game is no longer mine")
        assert (await app_ann.read(game)).labels == game.labels
        assert await app_playground.calls("answerCallbackQuery", after=before) != []
        refused = [call.error or "" for call in await app_playground.refusals(after=before)]
        # After a kill the bot draws pending redraws again, and answers again what it had not
        # acknowledged, such as the press on the game.
        again = ("not modified", "query is too old")
        assert [error for error in refused if not any(text in error for text in again)] == []
    finally:
        await app_tally.kill()
        app_tally.settings["GAME_SHORT_NAME"] = "tap_race"
        await app_tally.start()


async def test_a_command_that_comes_twice_opens_one_game(
    app_playground: Playground, app_ann: Person, friends: Group
) -> None:
    await open_game(app_ann, friends)
    await app_playground.repeat()
    await app_playground.until_pending(0)
    await app_ann.send("/help", chat=friends)
    assert (await app_ann.receive(friends)).text


async def test_the_page_opens_with_a_ticket_in_its_language_and_with_none_says_so(
    app_playground: Playground, app_tally: Tally, app_ann: Person, rival: Person, friends: Group
) -> None:
    address = game_address(app_tally)
    game = await open_game(app_ann, friends)
    stale = Tickets(app_playground.token).issue(Ticket(app_ann.id, "en", opened=-LIFE))
    expected = [
        (await play(app_ann, game), 200, "<h1>Tap race</h1>"),
        (await play(rival, game), 200, "<h1>Кто быстрее</h1>"),
        ("made up", 403, "Этот раунд окончен."),
        (stale, 401, "Этот раунд окончен."),
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
