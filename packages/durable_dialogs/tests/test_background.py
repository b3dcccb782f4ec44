"""Updates of background managers: done once, whatever happens to the process that makes them."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from aiogram import Bot, Dispatcher, Router
from aiogram.filters import Command, CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message
from aiogram_dialog import BgManagerFactory, Dialog, DialogManager, StartMode, Window
from aiogram_dialog.widgets.kbd import Start
from aiogram_dialog.widgets.text import Const, Format
from redis.asyncio import Redis
from structlog.testing import capture_logs

from durable_dialogs import BotKeys, DurableDialogs
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import make_bot, polling
from durable_support.workers import START, Worker, two_workers
from telegram_playground import Message as Shown
from telegram_playground import Person, Playground

BACKGROUND = Path(__file__).with_name("durable_support") / "background.py"
LONG = 60


class Menu(StatesGroup):
    """A dialog that starts another."""

    main = State()


class Choice(StatesGroup):
    """A dialog with a result, and a second window."""

    first = State()
    second = State()


def make_routers() -> list[Router]:
    """Make a menu that notes the results of its choices."""
    router = Router()

    @router.message(CommandStart())
    async def begin(_message: Message, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(Menu.main, mode=StartMode.RESET_STACK)

    async def note(_start: object, result: object, manager: DialogManager) -> None:
        manager.dialog_data["results"] = [*manager.dialog_data.get("results", []), result]

    async def get(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
        data = dialog_manager.dialog_data
        return {"results": data.get("results"), "word": data.get("word")}

    main = Window(
        Format("{results} {word}"),
        Start(Const("Choose"), "choose", Choice.first),
        state=Menu.main,
        getter=get,
    )
    return [
        router,
        Dialog(main, on_process_result=note),
        Dialog(
            Window(Format("First {start_data}"), state=Choice.first),
            Window(Const("Second"), state=Choice.second),
        ),
    ]


async def opened(playground: Playground) -> tuple[Person, Shown]:
    """Open the menu; return the person and its message."""
    ann = await playground.person("Ann")
    await ann.send("/start")
    return ann, await ann.receive(timeout=LONG)


async def test_all_that_a_background_manager_can_do_survives_its_way_through_redis(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    async with (
        make_bot(playground) as bot,
        polling(playground, *make_routers(), redis_url=valkey.url) as dialogs,
    ):
        ann, window = await opened(playground)
        manager = dialogs.bg(bot, ann.id, ann.id)
        await manager.update({"word": "tea"})
        await ann.until(window, text="None tea", timeout=LONG)
        await manager.start(Choice.first, {"for": ["Ann"]})
        await ann.until(window, text="First {'for': ['Ann']}", timeout=LONG)
        await manager.switch_to(Choice.second)
        await ann.until(window, text="Second", timeout=LONG)
        await manager.done({"kind": "green"})
        await ann.until(window, text="[{'kind': 'green'}] tea", timeout=LONG)


async def test_a_manager_of_the_factory_that_handlers_get_is_of_the_same_kind(
    playground: Playground, valkey: EmbeddedValkey, redis: Redis
) -> None:
    router = Router()

    @router.message(Command("word"))
    async def tell(message: Message, bot: Bot, dialog_bg_factory: BgManagerFactory) -> None:
        manager = dialog_bg_factory.bg(bot, message.chat.id, message.chat.id)
        await manager.bg().update({"word": "jam"})
        raise LookupError("on purpose")

    async with polling(playground, router, *make_routers(), redis_url=valkey.url):
        ann, window = await opened(playground)
        await ann.send("/word")
        told = await ann.receive(timeout=LONG)
        assert told.text == "Something went wrong, and nothing has changed."
        # The handler failed, so what it has started is not done either.
        assert await redis.keys("*:outbox") == []
        assert (await ann.read(window)).text == "None None"


async def test_a_task_that_outlives_a_failed_try_uses_managers_as_outside_of_updates(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    router, go_on = Router(), asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    @router.message(Command("word"))
    async def begin(message: Message, bot: Bot, dialog_bg_factory: BgManagerFactory) -> None:
        async def later() -> None:
            await go_on.wait()
            manager = dialog_bg_factory.bg(bot, message.chat.id, message.chat.id)
            await manager.update({"word": "jam"})

        if not tasks:
            tasks.append(asyncio.create_task(later()))
            raise LookupError("on purpose")
        go_on.set()

    async with polling(playground, router, *make_routers(), redis_url=valkey.url):
        ann, window = await opened(playground)
        await ann.send("/word")
        await ann.until(window, text="None jam", timeout=LONG)
        await tasks[0]


@pytest.mark.parametrize("data", [{"when": datetime.now(UTC)}, {"bot": object()}])
async def test_data_that_json_can_not_hold_is_refused_at_once(
    playground: Playground, valkey: EmbeddedValkey, data: dict[str, object]
) -> None:
    async with (
        make_bot(playground) as bot,
        polling(playground, *make_routers(), redis_url=valkey.url) as dialogs,
    ):
        ann, _ = await opened(playground)
        manager = dialogs.bg(bot, ann.id, ann.id)
        for call in (manager.update, manager.done, partial(manager.start, Menu.main)):
            with pytest.raises(TypeError, match="JSON"):
                await call(data)


async def test_without_a_running_bot_a_background_manager_says_what_to_start(
    playground: Playground,
) -> None:
    bot = make_bot(playground)
    dialogs = DurableDialogs(bot)
    dialogs.setup(Dispatcher(disable_fsm=True))
    with pytest.raises(RuntimeError, match="start_polling"):
        await dialogs.bg(bot, 7, 7).update({})


class Slow:
    """A dialog whose start counts, once it may.

    Attributes:
        may_go_on: Set as soon as it may.
        begun: Set as soon as it has begun.
    """

    def __init__(self, playground: Playground, redis_url: str) -> None:
        self.may_go_on, self.begun = asyncio.Event(), asyncio.Event()
        self.bot = make_bot(playground)
        self.dialogs = DurableDialogs(self.bot, redis_url=redis_url)
        dispatcher = Dispatcher(disable_fsm=True)
        dispatcher.include_routers(
            Dialog(Window(Const("Slow"), state=Menu.main), on_start=self._start)
        )
        self.dialogs.setup(dispatcher)

    async def _start(self, _data: object, manager: DialogManager) -> None:
        self.begun.set()
        await self.may_go_on.wait()
        counted = await manager.middleware_data["unit"].data("counted")
        counted["value"] = counted.get("value", 0) + 1


async def counted(redis: Redis, keys: BotKeys) -> int:
    """Return how often the dialog has started."""
    data = await cast("Awaitable[bytes | None]", redis.hget(keys.chat(7).data("counted"), "data"))
    return orjson.loads(data)["stack"]["value"] if data else 0


async def until_delivered(redis: Redis, keys: BotKeys) -> None:
    """Wait until the outbox is empty."""
    async with asyncio.timeout(LONG):
        while await redis.exists(keys.own("outboxes")):
            await asyncio.sleep(0.02)


async def test_an_update_from_outside_is_done_once_by_the_next_start(
    playground: Playground, valkey: EmbeddedValkey, redis: Redis
) -> None:
    first, second = (Slow(playground, valkey.url) for _ in range(2))
    keys = BotKeys(first.bot.id)
    async with first.dialogs:
        await first.dialogs.bg(first.bot, 7, 7).start(Menu.main)
        await first.begun.wait()
        entries = await cast("Awaitable[dict[Any, Any]]", redis.hgetall(keys.chat(7).outbox))
    assert len(entries) == 1
    assert await counted(redis, keys) == 0
    second.may_go_on.set()
    async with second.dialogs:
        await until_delivered(redis, keys)
        assert await counted(redis, keys) == 1
        # As if the worker had been killed before it could delete the entry.
        await redis.hset(keys.chat(7).outbox, mapping=entries)
        (name,) = entries
        await redis.zadd(keys.own("outboxes"), {f"{keys.chat(7).outbox} {name.decode()}": 0})
        await until_delivered(redis, keys)
        assert await counted(redis, keys) == 1


async def test_an_update_whose_state_is_no_more_is_set_aside(
    playground: Playground, valkey: EmbeddedValkey, redis: Redis
) -> None:
    first, second = (Slow(playground, valkey.url) for _ in range(2))
    async with first.dialogs:
        await first.dialogs.bg(first.bot, 7, 7).start(Menu.main)
        await first.begun.wait()
    dispatcher = Dispatcher(disable_fsm=True)
    without = DurableDialogs(second.bot, redis_url=valkey.url)
    without.setup(dispatcher)
    keys = BotKeys(second.bot.id)
    with capture_logs() as logs:
        async with without:
            await until_delivered(redis, keys)
    assert [line["event"] for line in logs].count("undeliverable") == 1
    assert await redis.hlen(keys.own("undeliverable")) == 1


async def test_a_worker_killed_in_the_middle_leaves_the_update_to_the_other(
    playground: Playground, valkey: EmbeddedValkey, tmp_path: Path
) -> None:
    async with two_workers(BACKGROUND, playground, valkey.url, tmp_path) as workers:
        ann, window = await opened(playground)
        for worker in workers:
            (worker.folder / "fatal").touch()
        await ann.press(window, "Go", timeout=LONG)
        async with asyncio.timeout(2 * START):
            while not await _revived(workers):
                await asyncio.sleep(0.02)
        beside = await ann.receive(timeout=LONG)
        assert beside.text == "Counted: 1"


async def _revived(workers: list[Worker]) -> bool:
    """Start workers that have ended; tell whether all have been killed once."""
    for worker in workers:
        await worker.revive()
    return not any((worker.folder / "fatal").exists() for worker in workers)
