"""The persons' side in Python, over HTTP: for tests and scripts.

```python
async with Client("http://127.0.0.1:8081") as playground:
    ann = await playground.person("Ann", language_code="en")
    await ann.send("/start")
    message = await ann.receive()
    answer = await ann.press(message, "+1")
    message = await ann.until(message, text="1")
```

Nothing here sleeps and looks again: whoever waits is told of the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import orjson
from aiogram import types
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from playground.actors import PATIENCE, Group, Person
from playground.steering import Steering
from playground.view import ChatView, Message, PlaygroundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playground.state import Json

REQUEST_TIMEOUT = 90
"""Seconds after which a request is given up; longer than any wait that is asked for."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Bot API that the bot made.

    Attributes:
        number: Counts the calls, from 1.
        time: When it came in, in seconds since 1970 by the playground's clock.
        method: Its name as Telegram spells it.
        params: Its parameters as they came in, JSON in strings decoded.
        status: The HTTP status of the answer, or `None` if there was none yet.
        error: Why it was refused, in Telegram's words.
    """

    number: int
    time: float
    method: str
    params: Json
    status: int | None
    error: str | None


class Client(Steering):
    """Plays persons on a playground that runs anywhere.

    Args:
        url: Its address.

    Attributes:
        url: The same.
        bot: The bot's `User`, once connected.
    """

    bot: types.User

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session: ClientSession | None = None
        self._views: dict[int, ChatView] = {}

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=TCPConnector(limit=0), timeout=ClientTimeout(total=REQUEST_TIMEOUT)
        )
        try:
            overview = await self.request("GET", "")
        except BaseException:
            await self._session.close()
            raise
        self.bot = types.User.model_validate(overview["bot"])
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def person(self, first_name: str = "Somebody", **fields: object) -> Person:
        """Have a new person join.

        Args:
            first_name: Their name.
            **fields: Other fields of a `User`: `id`, `last_name`, `username`, `language_code`, ...
        """
        answer = await self.request("POST", "persons", {"first_name": first_name, **fields})
        return Person(self, types.User.model_validate(answer["user"]))

    async def persons(self) -> list[Person]:
        """Everybody who has joined so far."""
        answer = await self.request("GET", "persons")
        return [Person(self, types.User.model_validate(item["user"])) for item in answer]

    async def group(
        self,
        title: str,
        *,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        creator: Person | None = None,
        bot: str = "member",
        **options: object,
    ) -> Group:
        """Make a group.

        Args:
            title: Its title.
            members: Who is in it.
            admins: Who administers it, in addition.
            creator: Whose it is, in addition.
            bot: What the bot is in it: `member`, `administrator`, or `left` if it is not in it.
            **options: `type` (`supergroup` or `group`), `is_forum`, `username`, `id`.
        """
        roles = {member.id: "member" for member in members}
        roles |= {admin.id: "administrator" for admin in admins}
        if creator is not None:
            roles[creator.id] = "creator"
        shown = {str(user_id): role for user_id, role in roles.items()}
        plan = {"title": title, "roles": shown, "bot": bot, **options}
        return Group(self, types.Chat.model_validate(await self.request("POST", "groups", plan)))

    async def messages(self, chat_id: int) -> list[Message]:
        """The messages of a chat, oldest first."""
        view = self.view(chat_id)
        await view.refresh()
        return list(view.messages.values())

    async def calls(self, method: str | None = None, *, after: int = 0) -> list[Call]:
        """The calls of the Bot API that the bot made, oldest first.

        Args:
            method: Only those of this method.
            after: Only those after the one of this number.
        """
        return await self._fetch_calls(method, after, 0)

    async def until_called(
        self,
        method: str | None = None,
        *,
        after: int = 0,
        timeout: float = PATIENCE,  # noqa: ASYNC109 - it becomes the request's
    ) -> Call:
        """Wait until the bot makes a call, and give it, answered or not.

        Args:
            method: Which method; any if `None`.
            after: Pass over those up to this number.
            timeout: Seconds to wait.

        Raises:
            TimeoutError: If it does not.
        """
        calls = await self._fetch_calls(method, after, timeout)
        if not calls:
            raise TimeoutError(f"the bot did not call {method or 'anything'} within {timeout} s")
        return calls[0]

    async def call_count(self) -> int:
        """How many calls the bot has made so far, to look at those after it."""
        return int((await self.request("GET", ""))["calls"])

    async def refusals(self, *, after: int = 0) -> list[Call]:
        """The calls that the playground refused, as Telegram would have; those after a number."""
        return [call for call in await self.calls(after=after) if call.error is not None]

    async def updates(self) -> list[Json]:
        """The latest updates for the bot, delivered or not, oldest first."""
        return list(await self.request("GET", "updates"))

    async def repeat(self, update_id: int | None = None) -> int:
        """Deliver an update once more, the latest unless told which, and return its id."""
        answer = await self.request("POST", "updates/repeat", {"update_id": update_id})
        return int(answer["update_id"])

    async def pending(self) -> int:
        """How many updates the bot has not acknowledged."""
        return int((await self.request("GET", "updates/pending"))["pending"])

    async def until_pending(self, count: int = 0, *, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109 - it becomes the request's
        """Wait until so many updates are not acknowledged: with 0, until the bot is done.

        Raises:
            TimeoutError: If there are not after so many seconds.
        """
        answer = await self.request("GET", f"updates/pending?count={count}&wait={timeout}")
        if answer["pending"] != count:
            left = answer["pending"]
            raise TimeoutError(f"{left} updates are pending after {timeout} s, not {count}")

    async def advance(self, seconds: float) -> None:
        """Let time pass in the playground at once."""
        await self.request("POST", "advance", {"seconds": seconds})

    def view(self, chat_id: int) -> ChatView:
        """The chat as it was fetched last, to refresh and to wait on."""
        if chat_id not in self._views:

            async def fetch(after: int, wait: float) -> Json:
                path = f"chats/{chat_id}?after={after}&wait={min(wait, 60)}"
                return dict(await self.request("GET", path))

            self._views[chat_id] = ChatView(fetch)
        return self._views[chat_id]

    async def _fetch_calls(self, method: str | None, after: int, wait: float) -> list[Call]:
        wanted = f"&method={method}" if method else ""
        answer = await self.request("GET", f"calls?after={after}&wait={wait}{wanted}")
        return [Call(**{**item, "params": _decoded(item["params"])}) for item in answer]

    async def request(self, verb: str, path: str, body: Json | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Ask the control API.

        Args:
            verb: The HTTP method.
            path: What comes after `/control/`.
            body: What to send as JSON.

        Raises:
            PlaygroundError: If it refuses.
        """
        if self._session is None:
            raise PlaygroundError("the client is not connected: use `async with`")
        url = f"{self.url}/control/{path}".rstrip("/")
        data = None if body is None else orjson.dumps(body)
        headers = {"Content-Type": "application/json"} if data else None
        async with self._session.request(verb, url, data=data, headers=headers) as response:
            answer = await response.read()
            if response.content_type != "application/json":
                raise PlaygroundError(answer.decode(errors="replace"), response.status)
            content = orjson.loads(answer)
            if not response.ok:
                raise PlaygroundError(content["error"], response.status)
            return content


def _decoded(params: Json) -> Json:
    """Read the JSON objects and arrays in a form's strings."""
    return {
        name: orjson.loads(value) if isinstance(value, str) and value[:1] in {"{", "["} else value
        for name, value in params.items()
    }
