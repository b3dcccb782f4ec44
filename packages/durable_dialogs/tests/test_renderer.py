"""The renderer: how many edits wait while Telegram is away, and how it calls Telegram."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.enums import ContentType
from aiogram.exceptions import TelegramBadRequest, TelegramServerError
from aiogram.methods import (
    DeleteBusinessMessages,
    DeleteMessage,
    EditMessageMedia,
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
    TelegramMethod,
)
from aiogram.types import (
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    TelegramObject,
)
from aiogram_dialog.api.entities import DialogUpdate, MediaAttachment, MediaId, NewMessage
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from typing_extensions import override

from durable_dialogs.drawing import edit_queue, renderer
from durable_dialogs.drawing.foreground import redraw
from durable_dialogs.drawing.message_editor import MessageEditor
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.drawing.senders import Senders
from durable_dialogs.drawing.shown_messages import TRIES
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.location import Location
from durable_dialogs.state.outcome import Drawing, Outcome
from durable_dialogs.state.store import DialogStore
from durable_dialogs.workers.registry import WorkerRegistry
from durable_support.pending_redraws import INDEX, KEYS, pending_redraws, running

CHAT = Chat(id=7, type="private")
MESSAGE = 42
MEDIA: dict[ContentType | None, type[EditMessageMedia | EditMessageReplyMarkup]] = {
    ContentType.PHOTO: EditMessageMedia,
    ContentType.STICKER: EditMessageReplyMarkup,
}
"""The method that edits a window with some media."""
SOON = 30


class FlakySession(AiohttpSession):
    """A session that calls nothing; it notes what the bot calls.

    Attributes:
        error: What every call raises, None for nothing.
        sent: The message that was sent last.
        called: The methods.
        edited: The chats whose messages the bot has edited.
        tried: The chats that it tried.
    """

    def __init__(self) -> None:
        super().__init__()
        self.error: type[TelegramServerError | TelegramBadRequest | RuntimeError] | None = None
        self.sent = Message(message_id=MESSAGE, date=datetime.now(UTC), chat=CHAT)
        self.called: list[TelegramMethod[Any]] = []
        self.edited: list[object] = []
        self.tried: list[object] = []

    @override
    async def make_request(
        self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None
    ) -> Any:
        """Note a call."""
        self.called.append(method)
        chat_id = getattr(method, "chat_id", None)
        self.tried.append(chat_id)
        if self.error:
            raise self.error(method, "on purpose")
        if isinstance(method, SendMessage):
            return self.sent
        self.edited.append(chat_id)
        return True


class WithoutRedis:
    """A stand-in for what writes the ids of sent messages, while Redis is away."""

    async def claim(self, *_: object) -> float:
        """Claim the sending of a message, which succeeds."""
        return 0.0

    async def note_sent(self, *_: object) -> None:
        """Note the id."""
        raise RedisConnectionError

    async def bind(self, *_: object) -> None:
        """Write the id."""
        raise RedisConnectionError

    async def release(self, *_: object) -> None:
        """Release the claim."""
        raise RedisConnectionError


class Scene:
    """A renderer without limits of Telegram's that matter here.

    Attributes:
        telegram: What the bot calls.
        renderer: The renderer.
    """

    def __init__(self) -> None:
        self.telegram = FlakySession()
        away = WithoutRedis()
        editor = MessageEditor(
            Bot("1:token", self.telegram),
            cast("DialogStore", away),
            cast("Senders", away),
            self._upgrade,
        )
        self.renderer = Renderer(editor, on_upgrade=self._upgrade)

    async def _upgrade(self, *_: object) -> None:
        raise AssertionError("nothing of that happens here")

    def add(self, chat_id: int, *, number: int = 1, button: str = "+1", record: str = "") -> bool:
        """Draw a number."""
        markup = InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(text=button, callback_data="1")]]
        )
        chat = Chat(id=chat_id, type="private")
        content = NewMessage(chat, text=f"Number: {number}", reply_markup=markup)
        return self.renderer.add(
            Drawing(record or f"record {chat_id}", chat_id, content, MESSAGE), "1"
        )

    def is_owed(self, chat_id: int) -> bool:
        """Tell whether the pending redraw has to draw the message."""
        return self.renderer.is_doubtful(chat_id, MESSAGE)


async def test_edits_beyond_the_bound_are_left_to_the_pending_redraws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(renderer, "MAX_QUEUES", 10)
    scene = Scene()
    scene.telegram.error = TelegramServerError
    added = [scene.add(chat) for chat in range(1, 21)]
    assert added == [True] * 10 + [False] * 10
    assert len(scene.renderer.pending) == 10
    assert [scene.is_owed(chat) for chat in range(11, 21)] == [True] * 10
    assert scene.renderer.background_capacity == 1
    # What waits already goes on to merge later windows.
    assert scene.add(1, number=2) is not scene.add(11, number=2)
    await scene.renderer.close(0)


async def test_new_buttons_have_room_when_others_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    scene.add(1)
    async with asyncio.timeout(SOON):
        await scene.renderer.finish(1, MESSAGE)
    monkeypatch.setattr(renderer, "MAX_QUEUES", 1)
    scene.telegram.error = TelegramServerError
    assert scene.add(2)
    assert not scene.add(3)
    assert scene.add(1, button="back")
    await scene.renderer.close(0)


async def test_an_edit_that_kept_failing_is_left_to_its_pending_redraw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edit_queue, "PATIENCE", 0.5)
    scene = Scene()
    scene.telegram.error = TelegramServerError
    scene.add(1)
    async with asyncio.timeout(SOON):
        await scene.renderer.finish(1, MESSAGE)
    assert len(scene.telegram.tried) > 1
    assert scene.is_owed(1)
    # As the pending redraw does it.
    scene.telegram.error = None
    scene.renderer.reset(1, MESSAGE)
    scene.add(1)
    async with asyncio.timeout(SOON):
        await scene.renderer.finish(1, MESSAGE)
    assert (scene.telegram.edited, scene.is_owed(1)) == ([1], False)


async def test_an_edit_that_telegram_refuses_is_not_made_again() -> None:
    scene = Scene()
    scene.telegram.error = TelegramBadRequest
    scene.add(1)
    async with asyncio.timeout(SOON):
        await scene.renderer.finish(1, MESSAGE)
    assert (scene.telegram.tried, scene.is_owed(1)) == ([1], False)


async def test_a_message_whose_id_redis_does_not_know_is_left_to_its_pending_redraw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edit_queue, "PATIENCE", 0.5)
    scene, unsent = Scene(), -5

    async def draw(number: int, *, fresh: bool = False) -> None:
        content = NewMessage(CHAT, text=f"Number: {number}")
        scene.renderer.add(Drawing("record", 7, content, unsent, fresh=fresh), str(number))
        async with asyncio.timeout(SOON):
            await scene.renderer.finish(7, unsent)

    await draw(1, fresh=True)
    scene.telegram.error = TelegramServerError
    await draw(2)
    assert scene.renderer.is_doubtful(7, unsent)
    assert scene.renderer.is_doubtful(7, MESSAGE)
    # As the pending redraw does it.
    scene.telegram.error = None
    scene.renderer.reset(7, unsent)
    await draw(2)
    edit = scene.telegram.called[-1]
    assert isinstance(edit, EditMessageText)
    assert (edit.message_id, edit.text) == (MESSAGE, "Number: 2")
    assert not scene.renderer.is_doubtful(7, unsent)
    assert not scene.renderer.is_doubtful(7, MESSAGE)


async def test_an_edit_with_an_unexpected_error_is_left_to_its_pending_redraw_a_few_times() -> None:
    scene = Scene()
    scene.telegram.error = RuntimeError
    owed = []
    for _ in range(TRIES):
        # As the pending redraw does it.
        scene.renderer.reset(1, MESSAGE)
        scene.add(1)
        async with asyncio.timeout(SOON):
            await scene.renderer.finish(1, MESSAGE)
        owed.append(scene.is_owed(1))
    assert owed == [True] * (TRIES - 1) + [False]


async def test_all_windows_are_drawn_after_telegram_was_away(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer, "MAX_QUEUES", 10)
    monkeypatch.setattr(edit_queue, "PATIENCE", 0.5)
    scene, batch = Scene(), Batch(redis)
    scene.telegram.error = TelegramServerError
    workers = WorkerRegistry(redis, batch, KEYS)
    pending = pending_redraws(redis, batch, scene.renderer, workers)

    async def draw_again(record: str, location: Location) -> None:
        scene.add(location.chat_id, record=record)

    chats = range(1, 41)
    for chat in chats:
        record = KEYS.chat(chat).record("")
        await redis.hset(record, mapping={"version": "1", "message": MESSAGE})
        await pending.announce([record], Location(chat, "private", None, chat, None))
        pending.committed(record, "1")
        scene.add(chat, record=record)
    async with running(pending, draw_again), asyncio.timeout(2 * SOON):
        while not all(scene.is_owed(chat) for chat in chats):
            assert len(scene.renderer.pending) <= 10
            await asyncio.sleep(0.01)
        scene.telegram.error = None
        while await redis.hlen(INDEX):
            await asyncio.sleep(0.01)
    assert set(scene.telegram.edited) == set(chats)


@pytest.mark.parametrize("business", [None, "connection"])
@pytest.mark.parametrize("media", [None, *MEDIA])
async def test_an_edit_names_the_business_connection(
    business: str | None, media: ContentType | None
) -> None:
    scene = Scene()
    file = MediaAttachment(media, file_id=MediaId("id")) if media else None
    content = NewMessage(
        Chat(id=7, type="private"), business_connection_id=business, text="1", media=file
    )
    scene.renderer.add(Drawing(KEYS.chat(7).record("", None, business), 7, content, MESSAGE), "1")
    async with asyncio.timeout(SOON):
        await scene.renderer.finish(7, MESSAGE)
    (call,) = scene.telegram.called
    assert isinstance(call, MEDIA.get(media, EditMessageText))
    assert getattr(call, "business_connection_id", "") == business


async def test_a_protected_message_is_edited_and_not_sent_anew() -> None:
    scene = Scene()
    content = NewMessage(Chat(id=7, type="private"), text="1", protect_content=True)
    scene.renderer.add(Drawing("record", 7, content, MESSAGE), "1")
    async with asyncio.timeout(SOON):
        await scene.renderer.finish(7, MESSAGE)
    (call,) = scene.telegram.called
    assert isinstance(call, EditMessageText)


@pytest.mark.parametrize("delete", [True, False])
async def test_taking_off_buttons_names_the_business_connection(*, delete: bool) -> None:
    scene = Scene()
    for business in ("connection", None):
        record = KEYS.chat(7).record("", None, business)
        scene.renderer.add(Drawing(record, 7, None, MESSAGE, delete=delete), "1")
        async with asyncio.timeout(SOON):
            await scene.renderer.finish(7, MESSAGE)
    of_business, of_bot = scene.telegram.called
    assert getattr(of_business, "business_connection_id", None) == "connection"
    assert isinstance(of_business, DeleteBusinessMessages if delete else EditMessageReplyMarkup)
    assert isinstance(of_bot, DeleteMessage if delete else EditMessageReplyMarkup)


async def test_a_window_is_drawn_again_in_its_business_connection() -> None:
    dispatcher, fed = Dispatcher(disable_fsm=True), []

    async def note(_handler: object, update: TelegramObject, _data: dict[str, object]) -> Outcome:
        fed.append(update)
        return Outcome.DONE

    dispatcher.update.outer_middleware(note)
    location = Location(7, "private", None, 7, None)
    await redraw(dispatcher, Bot("1:token"), location, "", "connection")
    (update,) = fed
    assert isinstance(update, DialogUpdate)
    assert update.aiogd_update.business_connection_id == "connection"
