"""The client: what persons do besides writing and pressing."""

import asyncio

from playground_support.bot_side import BotSide, Json
from playground_support.uploads import png
from telegram_playground import Person, Playground


async def test_a_person_shares_taps_and_edits(bot: BotSide, ann: Person) -> None:
    buttons = [{"text": "Tea"}, {"text": "Me", "request_contact": True}]
    markup = {"keyboard": [buttons], "one_time_keyboard": True}
    await bot("sendMessage", chat_id=ann.id, text="choose", reply_markup=markup)
    assert await ann.keyboard()
    tea = await ann.tap("Tea")
    await ann.tap("Me")
    await ann.share(location={"latitude": 1, "longitude": 2})
    await ann.send_file(png(2, 2), "a.png", photo=True, caption="look")
    await ann.edit(tea, "Coffee")
    await ann.start("tea")
    kinds = [next(reversed(update)) for update in await bot.updates()]
    assert kinds.count("edited_message") == 1
    contents = [message.content_type for message in await ann.messages()]
    assert contents == ["text", "text", "contact", "location", "photo", "text"]


async def test_a_person_votes_and_pays(playground: Playground, bot: BotSide, ann: Person) -> None:
    await bot("sendPoll", chat_id=ann.id, question="Tea?", options=["a", "b"])
    poll = await ann.receive()
    await ann.vote(poll, 1)
    assert (await bot.updates())[0]["poll"]["total_voter_count"] == 1
    await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)
    prices = [{"label": "Tea", "amount": 1}]
    bill: Json = {"title": "Tea", "description": "a", "payload": "a", "currency": "XTR"}
    await bot("sendInvoice", chat_id=ann.id, **bill, prices=prices)
    paying = asyncio.create_task(ann.pay(await ann.receive()))
    await playground.until_pending(1)
    (update,) = await bot.updates()
    query_id = update["pre_checkout_query"]["id"]
    await bot("answerPreCheckoutQuery", pre_checkout_query_id=query_id, ok=True)
    assert (await paying)["ok"]


async def test_a_person_asks_and_chooses(playground: Playground, bot: BotSide, ann: Person) -> None:
    await playground.switch(inline=True)
    asking = asyncio.create_task(ann.ask("tea"))
    await playground.until_pending(1)
    (update,) = await bot.updates()
    content = {"message_text": "a cup"}
    result = {"type": "article", "id": "1", "title": "a", "input_message_content": content}
    query_id = update["inline_query"]["id"]
    await bot("answerInlineQuery", inline_query_id=query_id, results=[result])
    assert (await ann.choose(await asking, "1")).text == "a cup"


async def test_a_script_switches_faults_on_and_off(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await playground.seed(1)
    number = await playground.trouble("refuse", method="getMe")
    assert await bot.refused("getMe") == "Internal Server Error"
    await playground.calm(number)
    await playground.limit(burst=1)
    await bot("sendMessage", chat_id=ann.id, text="a")
    assert "Too Many" in await bot.refused("sendMessage", chat_id=ann.id, text="a")
    await playground.limit(on=False)
    await bot("sendMessage", chat_id=ann.id, text="a")
    await playground.reset()
    assert await playground.persons() == []


async def test_a_reset_keeps_the_bots_settings(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    app = {"type": "web_app", "text": "Tea", "web_app": {"url": "https://tea.example/"}}
    await bot("setChatMenuButton", menu_button=app)
    await bot("setChatMenuButton", chat_id=ann.id, menu_button={"type": "commands"})
    await bot("setMyCommands", commands=[{"command": "tea", "description": "a cup"}])
    await playground.reset()
    assert await bot("getChatMenuButton") == app
    assert (await bot("getMyCommands"))[0]["command"] == "tea"
    assert await playground.persons() == []
    again = await playground.person("Ann", id=ann.id)
    assert await bot("getChatMenuButton", chat_id=again.id) == app
