"""Presses and queries that no window of the bot expects: they are answered and change nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from telegram_playground import Answer, Person, Playground, User
from tests.app.test_webhook import HEADER, by_webhook
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import MENU, open_menu
from tests.dialogs.test_stale import ENDED
from tests.support.groups import ending, make_group
from tests.support.tally import Tally

SECRET = "open-sesame"
STRANGER = User({"id": 5_000_000_001, "is_bot": False, "first_name": "Eve"})
CHANNEL = {"id": -1_001_234_567_890, "type": "channel", "title": "News"}
UNAVAILABLE = "This button is not available now"

Update = dict[str, Any]


class Hook:
    """Posts updates to a bot as Telegram does."""

    def __init__(self, tally: Tally, url: str) -> None:
        self.tally = tally
        self._url = url
        self._number = 3_000_000

    async def post(self, kind: str, person: User, **content: object) -> Update:
        """Post an update of a person; give the call in the bot's response, or nothing."""
        self._number += 1
        head = {"id": str(self._number), "from": person.json}
        update = {"update_id": self._number, kind: head | content}
        async with (
            ClientSession(headers={HEADER: SECRET}) as session,
            session.post(self._url, json=update) as answer,
        ):
            assert answer.status == 200
            return dict(await answer.json()) if await answer.read() else {}

    async def press(self, person: User, **content: object) -> str:
        """Post a press; give the text of the answer."""
        call = await self.post("callback_query", person, chat_instance="1", **content)
        assert call["method"] == "answerCallbackQuery"
        return str(call["text"])


@pytest.fixture(scope="module")
async def hook(
    inline_playground: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Hook]:
    """Give a bot that uses a webhook, and check that it logs no error."""
    data = tmp_path_factory.mktemp("strange") / "data"
    own = Tally.on(inline_playground, data, WEBHOOK_SECRET=SECRET)
    url = by_webhook(own)
    async with own.running():
        await own.until_logged("webhook_set")
        yield Hook(own, url)
        assert [line for line in own.logged() if line["level"] == "error"] == []


@pytest.fixture
async def ann(inline_playground: Playground, hook: Hook) -> Person:  # noqa: ARG001 - the bot
    """Give a person."""
    return await inline_playground.person("Ann", language_code="en")


@pytest.mark.parametrize("label", ["+1", "Confirm"])
async def test_in_a_channel_a_button_of_another_chat_does_nothing(
    hook: Hook, ann: Person, label: str
) -> None:
    counter = await open_counter(ann)
    data = counter.button(label).callback_data
    post = counter.json | {"chat": CHANNEL, "sender_chat": CHANNEL}
    del post["from"]
    for person in (STRANGER, ann.user):
        assert await hook.press(person, message=post, data=data) == ENDED.text
    assert (await ann.read(counter)).text == "Specify the number: 0"
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 1")


@pytest.mark.parametrize(
    "content",
    [{"data": "nobody's"}, {"data": "\x1d"}, {"data": "a\x1db"}, {"game_short_name": "chess"}],
    ids=repr,
)
@pytest.mark.parametrize("place", ["channel", "nowhere", "gone", "inline"])
async def test_unknown_callback_data_is_answered_in_every_chat(
    hook: Hook, content: Update, place: str
) -> None:
    places: dict[str, Update] = {
        "channel": {"message": {"message_id": 5, "date": 1, "chat": CHANNEL, "text": "x"}},
        "nowhere": {},
        "gone": {"message": {"message_id": 5, "date": 0, "chat": CHANNEL}},
        "inline": {"inline_message_id": "nobodys-message"},
    }
    where = places[place]
    # If there is a message, the context id could be that of a dialog that is over.
    is_marked = "message" in where and content.get("data") == "a\x1db"
    answer = await hook.press(STRANGER, **where, **content)
    if "game_short_name" in content:
        assert answer == "This game is no longer mine"
    else:
        assert answer == (ENDED.text if is_marked else UNAVAILABLE)


async def test_presses_on_messages_that_are_gone_count_and_are_answered(
    hook: Hook, ann: Person
) -> None:
    counter, menu = await open_counter(ann), await open_menu(ann)
    for message in (counter, menu):
        await ann.delete(message)
    for message, label in ((menu, "Help"), (counter, "+1"), (counter, "Confirm")):
        data = message.button(label).callback_data
        assert await ann.press(message, data=data) == Answer(None)
    await hook.tally.until_totals(ann, 1)
    assert [row["value"] for row in hook.tally.totals(ann)] == [1]
    assert (await open_menu(ann)).labels == MENU


async def test_without_its_message_a_counters_button_changes_nothing(
    hook: Hook, ann: Person
) -> None:
    counter = await open_counter(ann)
    data = counter.button("+1").callback_data
    assert await hook.press(ann.user, data=data) == UNAVAILABLE
    assert await hook.press(ann.user, data=data, inline_message_id="nobodys") == UNAVAILABLE
    assert (await ann.read(counter)).text == "Specify the number: 0"
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 1")


async def test_a_person_who_never_started_the_bot_taps_in_a_group_and_asks_inline(
    inline_playground: Playground, ann: Person
) -> None:
    stranger = await inline_playground.person("Eve", language_code="en")
    group = await make_group(inline_playground, [ann, stranger])
    await ann.send("/numbers", chat=group)
    counter = await ann.receive(group)
    await stranger.press(counter, "+1")
    await ann.until(counter, ending("Specify the number: 1"))
    assert (await stranger.ask("tea"))["results"]


async def test_a_result_that_was_never_offered_is_no_counter(hook: Hook) -> None:
    for result in ("counter:made-up", "counter:", "", "total:1"):
        chosen = {"result_id": result, "query": "", "inline_message_id": "nobodys"}
        assert await hook.post("chosen_inline_result", STRANGER, **chosen) == {}
        assert await hook.press(STRANGER, data="inline:made-up:0", inline_message_id="nobodys")
