"""Bots as aiogram knows them: with states of their own, several in a process, stopped in order."""

import asyncio
from pathlib import Path

import pytest
from aiogram import Bot, Dispatcher, Router
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window
from aiogram_dialog.api.entities import DIALOG_EVENT_NAME
from aiogram_dialog.widgets.kbd import Button
from aiogram_dialog.widgets.text import Const, Format
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, unused_port
from structlog.testing import capture_logs

from durable_dialogs import DurableDialogs
from durable_dialogs.intake.intake import Intake
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import make_bot
from telegram_playground import Person, Playground

SECRET = "sesame"
"""What Telegram sends with each update."""
OTHER = "7654321:other"
"""The token of a second bot."""


class Menu(StatesGroup):
    """A dialog."""

    main = State()


class Asking(StatesGroup):
    """A state of aiogram's own."""

    name = State()


async def test_a_dispatcher_that_is_started_by_itself_says_what_to_start(
    playground: Playground,
) -> None:
    """It would acknowledge each update, although none could be done."""
    async with make_bot(playground) as bot:
        dispatcher = make_dispatcher()
        DurableDialogs(bot).setup(dispatcher)
        with pytest.raises(RuntimeError, match=r"DurableDialogs\.start_polling"):
            await dispatcher.start_polling(bot, handle_signals=False)


def make_dispatcher(*, disable_fsm: bool = True) -> Dispatcher:
    """Make a dispatcher with a counter, which also asks for a name."""
    router = Router()

    @router.message(CommandStart())
    async def begin(_message: Message, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(Menu.main, mode=StartMode.RESET_STACK)

    async def add(_press: object, _button: Button, manager: DialogManager) -> None:
        manager.dialog_data["value"] = manager.dialog_data.get("value", 0) + 1

    async def get(dialog_manager: DialogManager, **_: object) -> dict[str, int]:
        return {"value": dialog_manager.dialog_data.get("value", 0)}

    dispatcher = Dispatcher(disable_fsm=disable_fsm)
    menu = Window(
        Format("Value {value}"), Button(Const("+1"), "add", add), state=Menu.main, getter=get
    )
    dispatcher.include_routers(router, Dialog(menu))
    return dispatcher


async def stop(polling: asyncio.Task[None]) -> None:
    """Cancel polling, and wait for its end."""
    polling.cancel()
    await asyncio.wait([polling], timeout=30)
    assert polling.cancelled()


async def press_once(person: Person) -> None:
    """Open the counter and press its button."""
    await person.send("/start")
    window = await person.receive(timeout=30)
    assert window.text == "Value 0"
    await person.press(window, "+1", timeout=30)
    await person.until(window, text="Value 1", timeout=30)


async def test_states_of_aiogram_itself_are_kept_beside_dialogs(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    dispatcher = make_dispatcher(disable_fsm=False)
    asking = Router()

    @asking.message(Asking.name)
    async def note(message: Message, state: FSMContext) -> None:
        await state.clear()
        await message.answer(f"Hello {message.text}")

    @asking.message()
    async def ask(message: Message, state: FSMContext) -> None:
        await state.set_state(Asking.name)
        await message.answer("Name?")

    dispatcher.include_router(asking)
    dialogs = DurableDialogs(make_bot(playground), redis_url=valkey.url)
    dialogs.setup(dispatcher)
    polling = asyncio.create_task(dialogs.start_polling(handle_signals=False))
    ann = await playground.person("Ann")
    await ann.send("Hi")
    assert (await ann.receive(timeout=30)).text == "Name?"
    await ann.send("Ann")
    assert (await ann.receive(timeout=30)).text == "Hello Ann"
    await press_once(ann)
    await stop(polling)


async def test_one_dispatcher_serves_several_bots(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    async with Playground(OTHER) as other:
        dialogs = DurableDialogs(redis_url=valkey.url, prefix="shop")
        dispatcher = make_dispatcher()
        dialogs.setup(dispatcher)
        bots = make_bot(playground), make_bot(other)
        polling = asyncio.create_task(dialogs.start_polling(*bots, handle_signals=False))
        # The same person, so the chat has the same id with both bots.
        for telegram in (playground, other):
            await press_once(await telegram.person("Ann", id=7))
        await stop(polling)


async def test_two_dispatchers_share_the_embedded_valkey(
    playground: Playground, tmp_path: Path
) -> None:
    async with Playground(OTHER) as other:
        ends = []
        for telegram in (playground, other):
            dialogs = DurableDialogs(make_bot(telegram), data_dir=tmp_path)
            dialogs.setup(make_dispatcher())
            ends.append(asyncio.create_task(dialogs.start_polling(handle_signals=False)))
            await press_once(await telegram.person("Ann"))
        await stop(ends[0])
        await press_once(await other.person("Boris"))
        await stop(ends[1])


async def test_what_is_used_in_a_wrong_order_says_so(playground: Playground) -> None:
    dialogs = DurableDialogs()
    with pytest.raises(RuntimeError, match="call setup"):
        await dialogs.start_polling(Bot(playground.token))
    dialogs.setup(Dispatcher())
    with pytest.raises(RuntimeError, match="one DurableDialogs for each dispatcher"):
        dialogs.setup(Dispatcher())
    with pytest.raises(ValueError, match="needs a bot"):
        await dialogs.start_polling()
    with pytest.raises(ValueError, match="prefix"):
        DurableDialogs(prefix="Not so")


async def test_a_handler_of_the_start_gets_what_aiogram_gives(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    calls = []
    dispatcher = make_dispatcher()

    @dispatcher.startup()
    async def begin(bot: Bot, bots: tuple[Bot, ...]) -> None:
        calls.append((await bot.me()).id == bots[0].id)

    @dispatcher.shutdown()
    async def end(bot: Bot, dispatcher: Dispatcher) -> None:
        calls.append(dispatcher is not None and bool(await bot.get_me()))

    dialogs = DurableDialogs(make_bot(playground), redis_url=valkey.url)
    dialogs.setup(dispatcher)
    async with dialogs:
        pass
    assert calls == [True, True]


async def test_a_webhook_answers_presses_in_its_responses(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    bot = make_bot(playground)
    dialogs = DurableDialogs(bot, redis_url=valkey.url)
    dialogs.setup(make_dispatcher())
    app = web.Application()
    app.router.add_post("/webhook", dialogs.webhook(secret=SECRET))
    app.cleanup_ctx.append(dialogs.lifespan)
    async with TestServer(app) as server, ClientSession() as client:
        url = str(server.make_url("/webhook"))
        async with client.post(url, data=b"{}") as refused:
            assert refused.status == web.HTTPUnauthorized.status_code
        await bot.set_webhook(url, secret_token=SECRET)
        await press_once(await playground.person("Ann"))
        assert await playground.calls("getUpdates") == []


async def test_a_webhook_with_an_address_is_set_at_telegram(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    port = unused_port()
    url = f"http://127.0.0.1:{port}/webhook"
    dialogs = DurableDialogs(make_bot(playground), redis_url=valkey.url)
    dialogs.setup(make_dispatcher())
    app = web.Application()
    app.router.add_post("/webhook", dialogs.webhook(secret=SECRET, url=url))
    app.cleanup_ctx.append(dialogs.lifespan)
    async with TestServer(app, port=port):
        await press_once(await playground.person("Ann"))
    (told,) = await playground.calls("setWebhook")
    assert (told.params["url"], told.params["secret_token"]) == (url, SECRET)
    asked = set(told.params["allowed_updates"])
    assert asked >= {"message", "callback_query"}
    assert DIALOG_EVENT_NAME not in asked


async def test_a_webhook_says_which_bot_it_lacks(playground: Playground) -> None:
    with pytest.raises(ValueError, match="which bot"):
        DurableDialogs().webhook(secret=SECRET)
    with pytest.raises(ValueError, match="secret"):
        DurableDialogs(make_bot(playground)).webhook(secret="")


async def test_two_bots_by_webhook_may_not_listen_on_one_port(playground: Playground) -> None:
    bots = make_bot(playground), Bot(OTHER)
    dialogs = DurableDialogs(*bots, peers="tcp://127.0.0.1:8081")
    dialogs.webhook(bots[0], secret=SECRET)
    with pytest.raises(ValueError, match="without a port"):
        dialogs.webhook(bots[1], secret=SECRET)


@pytest.mark.parametrize("peers", ["", "unix:", "10.0.0.1", "tcp://", "tcp://:80", "tcp://h:0"])
def test_peers_of_no_known_form_are_refused(peers: str) -> None:
    with pytest.raises(ValueError, match="peers: must be"):
        DurableDialogs(peers=peers)


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Have the first start of a job fail; return the list of its starts."""
    starts: list[None] = []

    async def run(_intake: Intake) -> None:
        starts.append(None)
        if len(starts) == 1:
            raise LookupError("on purpose")
        await asyncio.Event().wait()

    monkeypatch.setattr(Intake, "run", run)
    return starts


async def test_polling_ends_with_the_error_of_a_job_that_fails(
    playground: Playground, valkey: EmbeddedValkey, starts: list[None]
) -> None:
    polled = DurableDialogs(make_bot(playground), redis_url=valkey.url)
    polled.setup(make_dispatcher())
    async with asyncio.timeout(30):
        with pytest.raises(LookupError, match="on purpose"):
            await polled.start_polling(handle_signals=False)
    assert len(starts) == 1


async def test_a_job_that_fails_beside_a_web_application_is_started_again(
    playground: Playground,
    valkey: EmbeddedValkey,
    starts: list[None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("durable_dialogs.tasks.PAUSE", 0.01)
    dialogs = DurableDialogs(make_bot(playground), redis_url=valkey.url)
    dialogs.setup(make_dispatcher())
    with capture_logs() as logs:
        async with dialogs, asyncio.timeout(30):
            while len(starts) < 2:
                await asyncio.sleep(0.01)
    assert [each["event"] for each in logs].count("job_failed") == 1
