"""Each library is installed alone, into an empty environment, and works there."""

import asyncio
import json
import re
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.nursery import ROOT, START

INSTALL = 300.0
"""Seconds that an installation may take; most of it is fetching wheels."""

COMMITS_ONCE = """
import asyncio, sys, tempfile
from pathlib import Path
from redis.asyncio import Redis
from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_dialogs.engine import Engine
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.store import DialogStore

async def main(folder):
    valkey = EmbeddedValkey(Path(folder))
    await valkey.start()
    async with Redis.from_url(valkey.url) as redis:
        store, chat = DialogStore(redis, Batch(redis), BotKeys(1), ttl=60), BotKeys(1).chat(7)
        await store.commit(chat, [], done=3)
        for update in (3, 4):
            loaded = await store.load(chat, update_id=update, record=chat.record("stack"))
            print(update, "is new" if loaded.done is None else "was done")
    await valkey.stop()
    foreign = {"app", "dialogs", "handlers", "db", "ops", "telegram_playground"}
    assert not foreign & set(sys.modules), foreign & set(sys.modules)

with tempfile.TemporaryDirectory() as folder:
    asyncio.run(main(folder))
"""


ECHOES = """
import asyncio
from aiogram import Bot, Dispatcher, __version__, types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram_playground import Playground

async def echo(message: types.Message) -> None:
    await message.answer(f"You said: {message.text}")

async def main():
    async with Playground() as playground:
        server = TelegramAPIServer.from_base(playground.url)
        bot = Bot(playground.token, session=AiohttpSession(api=server))
        dispatcher = Dispatcher()
        dispatcher.message.register(echo)
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
        ann = await playground.person("Ann")
        await ann.send("Hello")
        print(__version__, (await ann.receive()).text, await playground.refusals())
        await dispatcher.stop_polling()
        await polling

asyncio.run(main())
"""

SERVES_RAW_HTTP = """
import asyncio, sys
from aiohttp import ClientSession
from telegram_playground import Playground

async def main():
    async with Playground() as playground, ClientSession() as session:
        ann = await playground.person("Ann")
        await ann.send("/start")
        call = {"chat_id": ann.id, "text": "tea", "reply_markup": {"keyboard": [["more"]]}}
        url = f"{playground.url}/bot{playground.token}/sendMessage"
        async with session.post(url, json=call) as answer:
            print(answer.status, (await ann.receive()).text, (await ann.tap("more")).text)

asyncio.run(main())
print(*{"aiogram", "pydantic", "orjson", "uvloop"} & set(sys.modules))
"""

TESTS_A_BOT = """
import json
from urllib.error import HTTPError
from urllib.request import urlopen
import pytest

def call(telegram, query):
    return json.load(urlopen(f"{telegram.url}/bot{telegram.token}/{query}"))

def test_answer(telegram, person):
    person.send("/start")
    call(telegram, f"sendMessage?chat_id={person.id}&text=tea")
    assert person.receive().text == "tea"

async def test_refusal(telegram):
    with pytest.raises(HTTPError, match="400"):
        call(telegram, "sendMessage?chat_id=7&text=tea")
"""


async def run(*command: str | Path, within: float = START, fails: bool = False) -> str:
    """Run a command that has to succeed, or to fail, and give what it prints."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
    )
    async with asyncio.timeout(within):
        out, _ = await process.communicate()
    assert (process.returncode != 0) == fails, out.decode()
    return out.decode()


async def install(folder: Path, package: str, *beside: str) -> Path:
    """Install a library; give its `bin` folder.

    Args:
        folder: The folder for it.
        package: The library.
        beside: What to install with it; if this is nothing, all versions are the pinned ones.
    """
    pins = re.findall(r"^([\w.-]+==\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    constraints = folder / "constraints.txt"
    constraints.write_text("" if beside else "\n".join(pins))
    environment = folder / "environment"
    await run(sys.executable, "-m", "venv", environment, within=INSTALL)
    pip = (environment / "bin" / "python", "-m", "pip", "install", "--quiet")
    # A copy, because setuptools builds beside what it builds from.
    source, left_out = folder / package, shutil.ignore_patterns("build", "tests", "*.egg-info")
    shutil.copytree(ROOT / "packages" / package, source, ignore=left_out)
    await run(*pip, "--constraint", constraints, source, *beside, within=INSTALL)
    return environment / "bin"


@pytest.mark.thorough
async def test_the_playground_alone_serves_a_bot(tmp_path: Path) -> None:
    programs = await install(tmp_path, "telegram_playground")
    served = await asyncio.create_subprocess_exec(
        *(programs / "telegram-playground", "--port", "0"), cwd=tmp_path, stdout=PIPE
    )
    assert served.stdout
    async with asyncio.timeout(START):
        said = ""
        while not (found := re.search(r"token (\S+), Bot API server (\S+)", said)):
            said += (await served.stdout.readline()).decode()
    token, url = found.groups()
    address = f"{url}/bot{token}/getMe"
    answer = await asyncio.to_thread(lambda: json.load(urlopen(address)))  # noqa: S310 - ours
    assert answer["result"]["is_bot"] is True
    served.terminate()
    async with asyncio.timeout(START):
        assert await served.wait() == 0
    assert "usage: telegram-playground" in await run(
        programs / "python", "-m", "telegram_playground", "--help"
    )

    assert await run(programs / "python", "-c", SERVES_RAW_HTTP) == "200 tea more\n\n"


@pytest.mark.thorough
async def test_the_playground_is_a_plugin_of_pytest(tmp_path: Path) -> None:
    programs = await install(tmp_path, "telegram_playground", "pytest")
    tests = tmp_path / "test_bot.py"
    tests.write_text(TESTS_A_BOT)
    said = await run(programs / "python", "-m", "pytest", tests, fails=True)
    assert "1 failed, 1 passed" in said
    assert "400 Bad Request: chat not found" in said


@pytest.mark.thorough
async def test_the_playground_serves_a_bot_of_an_old_aiogram(tmp_path: Path) -> None:
    programs = await install(tmp_path, "telegram_playground", "aiogram==3.15.0")
    said = await run(programs / "python", "-c", ECHOES)
    assert said.splitlines()[-1] == "3.15.0 You said: Hello []"


@pytest.mark.thorough
async def test_the_engine_alone_remembers_what_was_done(tmp_path: Path) -> None:
    programs = await install(tmp_path, "durable_dialogs")
    said = await run(programs / "python", "-c", COMMITS_ONCE)
    assert said.splitlines() == ["3 was done", "4 is new"]
