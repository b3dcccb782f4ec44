"""What becomes of updates that fail, and of those that no person has sent."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any, NoReturn, cast

import pytest
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.base import BaseSession
from aiogram.filters import CommandStart, ExceptionTypeFilter
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Chat, ErrorEvent, Message, Update
from aiogram_dialog import Dialog, DialogManager, StartMode, Window
from aiogram_dialog.api.entities import NewMessage
from aiogram_dialog.api.exceptions import UnknownIntent
from aiogram_dialog.widgets.kbd import Button, Cancel
from aiogram_dialog.widgets.text import Const
from redis.asyncio import Redis

from durable_dialogs import (
    AwayError,
    BotKeys,
    DurableDialogs,
    Hooks,
    Outcome,
    UnitOfWork,
    Words,
    unit_of_work,
)
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_dialogs.state.effects import Effects
from durable_support.running import make_bot, polling
from telegram_playground import Playground


class Menu(StatesGroup):
    """A window."""

    main = State()


async def fail(*_: object) -> None:
    """Fail."""
    raise LookupError("on purpose")


def make_dialog() -> Dialog:
    """Make a window with a button that fails."""
    return Dialog(
        Window(Const("Menu"), Button(Const("Fail"), "fail", fail), Cancel(), state=Menu.main)
    )


def make_router() -> Router:
    """Make a router that opens the window."""
    router = Router()

    @router.message(CommandStart())
    async def begin(_message: Message, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(Menu.main, mode=StartMode.RESET_STACK)

    return router


async def test_an_error_handler_opens_a_dialog_for_a_button_of_one_that_is_gone(
    playground: Playground, valkey: EmbeddedValkey, redis: Redis
) -> None:
    router = make_router()

    @router.errors(ExceptionTypeFilter(UnknownIntent))
    async def reopen(_event: ErrorEvent, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(Menu.main, mode=StartMode.RESET_STACK)

    async with polling(playground, router, make_dialog(), redis_url=valkey.url):
        ann = await playground.person("Ann")
        await ann.send("/start")
        window = await ann.receive(timeout=30)
        await redis.flushall()
        lost = window.button("Fail").callback_data
        await ann.press(window, "Fail", timeout=30)
        await ann.until(window, lambda shown: shown.button("Fail").callback_data != lost)


async def test_an_error_handler_answers_for_a_handler_that_fails(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    router = make_router()

    @router.errors()
    async def apologise(event: ErrorEvent, dialog_manager: DialogManager) -> None:
        unit_of_work(dialog_manager).answer(f"Sorry: {event.exception}")

    async with polling(playground, router, make_dialog(), redis_url=valkey.url):
        ann = await playground.person("Ann")
        await ann.send("/start")
        answer = await ann.press(await ann.receive(timeout=30), "Fail", timeout=30)
        assert answer
        assert "on purpose" in str(answer.text)


async def test_without_error_handlers_the_person_learns_that_nothing_has_changed(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    async with polling(playground, make_router(), make_dialog(), redis_url=valkey.url):
        ann = await playground.person("Ann")
        await ann.send("/start")
        answer = await ann.press(await ann.receive(timeout=30), "Fail", timeout=30)
        assert answer
        assert answer.text == "Something went wrong, and nothing has changed."
        assert answer.show_alert


@pytest.mark.parametrize(
    "content",
    [
        {
            "channel_post": {
                "message_id": 5,
                "date": 1_700_000_000,
                "chat": {"id": -1001, "type": "channel", "title": "News"},
                "text": "hi",
            }
        },
        {
            "poll": {
                "id": "1",
                "question": "Tea?",
                "options": [],
                "total_voter_count": 0,
                "is_closed": True,
                "is_anonymous": True,
                "type": "regular",
                "allows_multiple_answers": False,
                "allows_revoting": False,
                "members_only": False,
            }
        },
    ],
)
async def test_an_update_without_a_sender_is_done(
    playground: Playground, valkey: EmbeddedValkey, content: Mapping[str, Any]
) -> None:
    delivered = []

    async def note(_update: object, unit: UnitOfWork) -> None:
        unit.deliver("entry", "payload")

    async def deliver(entry: str, payload: str) -> None:
        delivered.append((entry, payload))

    router = Router()
    router.channel_post.register(note)
    router.poll.register(note)
    bot = make_bot(playground)
    dialogs = DurableDialogs(bot, redis_url=valkey.url, deliver=deliver)
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_router(router)
    dialogs.setup(dispatcher)
    update = Update.model_validate({"update_id": 99, **content}, context={"bot": bot})
    async with dialogs:
        assert await dispatcher.feed_update(bot, update) is Outcome.DONE
    assert delivered == [("entry", "payload")]


async def test_a_session_with_requests_of_its_own_is_refused(playground: Playground) -> None:
    class OwnSession(BaseSession):
        async def close(self) -> None:
            pass

        async def make_request(self, *_: object) -> NoReturn:
            raise NotImplementedError

        async def stream_content(self, *_: object, **__: object) -> AsyncGenerator[bytes, None]:
            yield b""

    with pytest.raises(TypeError, match="OwnSession can't be used"):
        DurableDialogs(Bot(playground.token, session=OwnSession()))


async def test_a_failure_while_a_repeated_press_is_drawn_again_does_not_fail_the_update(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    is_away = False

    async def window(state: Mapping[str, Any]) -> NewMessage:
        if is_away:
            raise ConnectionError("the database is away")
        return NewMessage(
            chat=Chat(id=1, type="private"),
            thread_id=None,
            business_connection_id=None,
            text=str(state["value"]),
        )

    async def add(_press: CallbackQuery, unit: UnitOfWork) -> None:
        state = await unit.state()
        state["value"] = state.get("value", 0) + 1

    router = Router()
    router.callback_query.register(add)
    bot = make_bot(playground)
    dialogs = DurableDialogs(bot, redis_url=valkey.url, hooks=Hooks(inline_window=window))
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_router(router)
    dialogs.setup(dispatcher)
    press = {
        "id": "1",
        "from": {"id": 7, "is_bot": False, "first_name": "Ann"},
        "inline_message_id": "posted",
        "chat_instance": "1",
        "data": "add",
    }
    content = {"update_id": 99, "callback_query": press}
    update = Update.model_validate(content, context={"bot": bot})
    async with dialogs:
        assert await dispatcher.feed_update(bot, update) is Outcome.DONE
        is_away = True
        assert await dispatcher.feed_update(bot, update) is Outcome.REPEATED
        assert await dispatcher.feed_update(bot, update) is Outcome.REPEATED


async def test_a_sequel_that_fails_does_not_keep_the_others_from_being_called(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    called = []

    async def begin(message: Message, unit: UnitOfWork) -> None:
        unit.after_commit(lambda: 1 // 0)
        unit.after_commit(lambda: called.append(1))
        unit.call(message.answer("Hello"))

    router = Router()
    router.message.register(begin)
    async with polling(playground, router, redis_url=valkey.url):
        ann = await playground.person("Ann")
        await ann.send("Hello")
        await ann.receive(timeout=30)
    assert called == [1]


async def test_an_answer_that_fails_itself_is_replaced_by_the_words(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    async def answer(*_: object) -> NoReturn:
        raise AwayError("Redis is needed for the language")

    async def begin(_message: Message) -> None:
        raise LookupError("on purpose")

    router = Router()
    router.message.register(begin)
    words = Words(failed="Oh no")
    async with polling(playground, router, redis_url=valkey.url, on_error=answer, words=words):
        ann = await playground.person("Ann")
        await ann.send("Hello")
        told = await ann.receive(timeout=30)
        assert told.text == "Oh no"


async def test_what_nothing_delivers_is_refused_at_once(
    playground: Playground, valkey: EmbeddedValkey, redis: Redis
) -> None:
    refused: list[str] = []

    async def order(message: Message, unit: UnitOfWork) -> None:
        try:
            unit.deliver("order:1", "tea")
        except RuntimeError as error:
            refused.append(str(error))
        unit.call(message.answer("Asked"))

    router = Router()
    router.message.register(order)
    async with polling(playground, router, redis_url=valkey.url):
        ann = await playground.person("Ann")
        await ann.send("Hello")
        await ann.receive(timeout=30)
    assert refused == ["unit.deliver() needs DurableDialogs(deliver=...)"]
    assert await redis.keys("*outbox*") == []


async def test_an_id_of_the_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="bg:"):
        Effects().deliver("bg:1", "tea")


async def test_what_could_not_be_delivered_is_delivered_again(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    delivered: list[str] = []

    async def deliver(entry: str, _payload: str) -> None:
        delivered.append(entry)
        if len(delivered) == 1:
            raise ConnectionError("the database is away")

    async def order(message: Message, unit: UnitOfWork) -> None:
        unit.deliver("order:1", "tea", late="Noted")
        unit.call(message.answer("Asked"))

    router = Router()
    router.message.register(order)
    async with polling(playground, router, redis_url=valkey.url, deliver=deliver):
        ann = await playground.person("Ann")
        await ann.send("Hello")
        await ann.receive(timeout=30)
        async with asyncio.timeout(30):
            while len(delivered) < 2:
                await asyncio.sleep(0.02)
    assert delivered == ["order:1", "order:1"]


@pytest.mark.parametrize(("outcome", "field"), [("AWAY", "away"), ("FAILED", "failed")])
def test_the_plain_answer_says_whether_to_try_again(outcome: str, field: str) -> None:
    words, unit = Words(), UnitOfWork(cast("Any", None), BotKeys(1, "x").chat(5), None)
    unit.outcome = Outcome[outcome]
    words.answer_plainly(Update(update_id=1), unit)
    assert unit.reply.text == getattr(words, field)
