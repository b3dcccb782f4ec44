"""The bot's side of the tests: plain HTTP, so that no library hides an answer."""

from typing import Any

import orjson
from aiohttp import ClientResponse, ClientSession

from telegram_playground import Message, Person, Playground

Json = dict[str, Any]


class BotSide:
    """Calls the Bot API as a bot would.

    Args:
        playground: The playground.
        session: The HTTP session for the calls.
    """

    def __init__(self, playground: Playground, session: ClientSession) -> None:
        self.url = f"{playground.url}/bot{playground.token}"
        self.session = session

    async def __call__(self, method: str, **params: object) -> Any:  # noqa: ANN401 - any JSON
        """Make a call that must succeed; return its result."""
        answer = await self.answer(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refused(self, method: str, **params: object) -> str:
        """Make a call that must be refused; return its description."""
        answer = await self.answer(method, **params)
        assert not answer["ok"], answer
        return str(answer["description"])

    async def answer(self, method: str, **params: object) -> Json:
        """Make a call; return the answer."""
        async with self.session.post(f"{self.url}/{method}", json=params) as response:
            return await read(response)

    async def updates(self, **params: object) -> list[Json]:
        """Fetch updates without waiting."""
        return list(await self("getUpdates", **params))

    async def show(self, person: Person, text: str = "text", *labels: str) -> Message:
        """Send a person a message with a row of buttons whose data are their labels."""
        row = [{"text": label, "callback_data": label} for label in labels]
        markup = {"reply_markup": {"inline_keyboard": [row]}} if row else {}
        await self("sendMessage", chat_id=person.id, text=text, **markup)
        return (await person.messages())[-1]


async def read(response: ClientResponse) -> Json:
    """Read an answer; its HTTP status and `error_code` must be equal."""
    answer: Json = orjson.loads(await response.read())
    assert answer.get("error_code", 200) == response.status
    return answer


async def heard(bot: BotSide) -> list[str]:
    """Fetch the texts of the messages that wait for the bot."""
    updates = await bot.updates()
    return [update["message"]["text"] for update in updates if "message" in update]
