"""Plays the bot's game as its page does, over HTTP."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession

from telegram_playground import Group, Message, Person
from tests.support.tally import Tally

PATIENCE = 5
"""Seconds after which the bot must believe a score."""


def game_address(tally: Tally) -> str:
    """Give the address of the page on this machine."""
    return f"http://127.0.0.1:{tally.settings['WEB_PORT']}/game"


async def open_game(person: Person, chat: Group | None = None) -> Message:
    """Send the command; give the game's message."""
    await person.send("/game", chat=chat)
    return await person.receive(chat)


async def told(person: Person, game: Message, label: str) -> str | None:
    """Press a button; give the text of the answer."""
    answer = await person.press(game, label)
    assert answer is not None
    return answer.text


async def play(person: Person, game: Message) -> str:
    """Press Play; give the ticket in the address that it opens."""
    answer = await person.press(game, game.labels[0][0])
    assert answer is not None
    assert answer.url is not None
    assert answer.url.startswith("https://example.org/game?")
    return parse_qs(urlsplit(answer.url).query)["ticket"][0]


async def tell(tally: Tally, ticket: str, score: object, **more: object) -> tuple[int, Any]:
    """Post a score; give the status and the content of the answer."""
    content = {"ticket": ticket, "score": score, **more}
    address = f"{game_address(tally)}/score"
    async with ClientSession() as session, session.post(address, json=content) as answer:
        return answer.status, await answer.json() if answer.status == 200 else None


async def reach(tally: Tally, ticket: str, score: int) -> dict[str, Any]:
    """Post a score until enough time for its taps has passed; give the content of the answer."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await tell(tally, ticket, score))[0] == 403:
            pass
    status, page = answer
    assert status == 200
    assert isinstance(page, dict)
    return page


def results(page: dict[str, Any]) -> list[tuple[str, int]]:
    """Give the high scores in the content of an answer."""
    return [(row["name"], row["score"]) for row in page["scores"]]


async def scores(person: Person, game: Message) -> dict[str, int]:
    """Give the scores of people at a game's message."""
    found = (await person.read(game)).json.get("scores", [])
    return {row["user"]["first_name"]: row["score"] for row in found}
