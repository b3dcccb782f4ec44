"""What a playground with a folder keeps when it is stopped or killed."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from playground_support.bot_side import BotSide
from playground_support.own_process import serving
from playground_support.uploads import png, upload
from telegram_playground import Client, Playground

TOKEN = "123:abc"


async def test_a_restart_goes_on_where_it_ended(tmp_path: Path) -> None:
    async with ClientSession() as session:
        async with Playground(TOKEN, data_dir=tmp_path) as playground:
            bot = BotSide(playground, session)
            ann = await playground.person("Ann", username="ann")
            group = await playground.group("Tea", creator=ann)
            await ann.send("/start")
            await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)
            await ann.send("unheard")
            shown = await bot.show(ann, "1", "+1")
            answer = await upload(bot, "sendPhoto", {"photo": png(3, 4)}, chat_id=ann.id)
            await bot("setMyCommands", commands=[{"command": "tea", "description": "a cup"}])
            file_id = answer["result"]["photo"][0]["file_id"]
        async with Playground(TOKEN, data_dir=tmp_path) as playground:
            bot = BotSide(playground, session)
            (ann,) = await playground.persons()
            assert [message.text for message in await ann.messages()] == [
                "/start",
                "unheard",
                "1",
                None,
            ]
            (update,) = await bot.updates()
            assert update["message"]["text"] == "unheard"
            await ann.press(shown, "+1", timeout=0)
            press = (await bot.updates(offset=update["update_id"] + 1))[0]
            assert press["callback_query"]["message"]["message_id"] == shown.message_id
            await bot("answerCallbackQuery", callback_query_id=press["callback_query"]["id"])
            await bot("editMessageText", chat_id=ann.id, message_id=shown.message_id, text="2")
            await bot("sendPhoto", chat_id=ann.id, photo=file_id)
            await bot("sendMessage", chat_id=group.id, text="hi")
            assert (await bot("getMyCommands"))[0]["command"] == "tea"
            await ann.change(first_name="Anna")
            first = (await playground.request("GET", f"chats/{ann.id}"))["messages"][0]
            assert first["from"]["first_name"] == "Anna"


async def test_persons_and_chats_stay_in_their_order(tmp_path: Path) -> None:
    async with (
        Playground(TOKEN, data_dir=tmp_path) as playground,
        ClientSession() as session,
        session.get(f"{playground.url}/page/events"),  # adds the sample chats, all at once
    ):
        persons = await playground.request("GET", "persons")
        chats = await playground.request("GET", "chats")
    async with Playground(TOKEN, data_dir=tmp_path) as playground:
        assert await playground.request("GET", "persons") == persons
        assert await playground.request("GET", "chats") == chats


@pytest.mark.thorough
async def test_a_killed_playground_has_lost_nothing_that_it_answered(tmp_path: Path) -> None:
    settings = ("--token", TOKEN, "--data-dir", str(tmp_path))
    async with serving(*settings) as (url, process), Client(url) as playground:
        ann = await playground.person("Ann")
        for count in range(20):
            await ann.send(f"tea {count}")
        process.kill()
    with (tmp_path / "123" / "journal").open("ab") as journal:
        journal.write(b'["message", [5')
    async with Playground(TOKEN, data_dir=tmp_path) as playground:
        (ann,) = await playground.persons()
        assert (await ann.messages())[-1].text == "tea 19"
        assert await playground.pending() == 20


async def test_a_webhook_is_still_set(tmp_path: Path) -> None:
    async with ClientSession() as session:
        for expected in ("", "http://127.0.0.1:9/hook"):
            async with Playground(TOKEN, data_dir=tmp_path) as playground:
                bot = BotSide(playground, session)
                assert (await bot("getWebhookInfo"))["url"] == expected
                if not expected:
                    await bot("setWebhook", url="http://127.0.0.1:9/hook")


async def test_each_bot_has_its_own_chats_in_a_folder(tmp_path: Path) -> None:
    async with Playground(TOKEN, data_dir=tmp_path) as playground:
        await playground.person("Ann")
    async with Playground("5:other", data_dir=tmp_path) as playground:
        assert await playground.persons() == []


async def test_a_reset_deletes_everything(tmp_path: Path) -> None:
    async with Playground(TOKEN, data_dir=tmp_path) as playground:
        ann = await playground.person("Ann")
        await ann.send("tea")
        await playground.request("POST", "reset")
        assert await playground.persons() == []
        assert await playground.pending() == 0
    async with Playground(TOKEN, data_dir=tmp_path) as playground:
        assert await playground.persons() == []
