"""Playing the bot's game as its page does, over HTTP."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession

from telegram_playground import Group, Message, Person
from tests.support.tally import Tally

PATIENCE = 5
"""Seconds in which a score can have been tapped."""


def game_address(tally: Tally) -> str:
    """Give where the page is on this machine."""
    return f"http://127.0.0.1:{tally.settings['WEB_PORT']}/game"


async def open_game(person: Person, chat: Group | None = None) -> Message:
    """Send the command."""
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


async def tell(tally: Tally, ticket: str, score: object, **more: object) -> tuple[int, Any]:
    """Tell a score; give the status, and what the page is told."""
    content = {"ticket": ticket, "score": score, **more}
    address = f"{game_address(tally)}/score"
    async with ClientSession() as session, session.post(address, json=content) as answer:
        return answer.status, await answer.json() if answer.status == 200 else None


async def reach(tally: Tally, ticket: str, score: int) -> Any:  # noqa: ANN401 - JSON
    """Tell a score as soon as it can have been tapped; give what the page is told."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await tell(tally, ticket, score))[0] == 403:
            pass
    status, page = answer
    assert status == 200
    return page


def results(page: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - JSON
    """Give the high scores that the page is told."""
    return [(line["name"], line["score"]) for line in page["scores"]]


async def scores(person: Person, game: Message) -> dict[str, int]:
    """Give what persons have reached at a message, as everybody there sees it."""
    found = ((await person.read(game)).model_extra or {}).get("scores", [])
    return {line["user"]["first_name"]: line["score"] for line in found}
