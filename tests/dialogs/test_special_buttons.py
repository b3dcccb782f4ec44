"""Special buttons: what each asks for, and the reply to it."""

from typing import Any

from telegram_playground import Person, Playground
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.keyboards import (
    PATIENCE,
    labels,
    receive,
    until_keyboard,
    until_no_keyboard,
)
from tests.support.tally import Tally

APP = "https://example.org/app?language=en"
KEYBOARD = [
    ["Location", "Contact"],
    ["Poll", "Quiz", "Poll or quiz"],
    ["People", "A bot", "With Premium"],
    ["A group", "A forum"],
    ["A channel", "A group of mine"],
    ["Back"],
]


async def open_special(person: Person) -> dict[str, dict[str, Any]]:
    """Open the special buttons, and give them by their texts."""
    await person.send("/special_buttons")
    await receive(person, "Special buttons")
    rows = (await until_keyboard(person))["keyboard"]
    return {button["text"]: button for row in rows for button in row}


async def test_special_buttons_open_from_the_menu_and_lead_back(ann: Person) -> None:
    menu = await open_menu(ann)
    await ann.press(menu, "Special buttons")
    window = await receive(ann, "Special buttons ask for something")
    assert window.text
    assert "set WEB_APP_URL" in window.text
    assert "@BotFather" in window.text
    assert labels(await until_keyboard(ann)) == KEYBOARD
    await ann.tap("Back")
    assert (await ann.receive()).labels == MENU
    await until_no_keyboard(ann)
    await ann.until_gone(window)


async def test_a_location_is_shown_with_its_coordinates(ann: Person) -> None:
    await open_special(ann)
    await ann.tap("Location", location={"latitude": 48.85837, "longitude": 2.29448})
    answer = await receive(ann, "You are at 48.85837, 2.29448.")
    assert answer.reply_to_message
    await ann.tap("Location", location={"latitude": 0, "longitude": 0})
    await receive(ann, "You are at 0.00000, 0.00000.")
    assert labels(await until_keyboard(ann)) == KEYBOARD


async def test_only_the_persons_own_contact_is_accepted(ann: Person, boris: Person) -> None:
    await open_special(ann)
    shared = await ann.tap("Contact")
    assert shared.contact
    await receive(ann, f"Your own number: {shared.contact.phone_number}")
    number = {"phone_number": "+15550100", "first_name": "Борис"}
    await ann.tap("Contact", contact=number | {"user_id": boris.id})
    await receive(ann, "That is somebody else's number.")
    await ann.share(contact=number)
    await receive(ann, "That contact tells no Telegram account")


async def test_a_poll_and_a_quiz_are_made(ann: Person) -> None:
    buttons = await open_special(ann)
    assert buttons["Poll"]["request_poll"] == {"type": "regular"}
    assert buttons["Quiz"]["request_poll"] == {"type": "quiz"}
    assert buttons["Poll or quiz"]["request_poll"] == {}
    poll = {"question": "Tea <or> coffee?", "options": ["Tea", "Coffee"]}
    await ann.tap("Poll or quiz", poll=poll)
    await receive(ann, "A poll: “Tea <or> coffee?”, 2 answers.")
    await ann.tap("Quiz", poll=poll | {"type": "quiz", "correct_option_id": 0})
    await receive(ann, "A quiz: “Tea <or> coffee?”, 2 answers.")


async def test_people_are_shared_by_the_question_that_asks_for_them(
    ann: Person, boris: Person, playground: Playground
) -> None:
    dora = await playground.person("Dora", last_name="Lee", username="dora_lee")
    buttons = await open_special(ann)
    people = buttons["People"]["request_users"]
    assert people == {
        "request_id": people["request_id"],
        "user_is_bot": False,
        "max_quantity": 10,
        "request_name": True,
        "request_username": True,
        "request_photo": True,
    }
    assert buttons["A bot"]["request_users"]["user_is_bot"] is True
    assert buttons["With Premium"]["request_users"]["user_is_premium"] is True
    await ann.tap("People", user_ids=[boris.id, dora.id])
    answer = await receive(ann, "You have shared 2 accounts:")
    assert (answer.text or "").splitlines()[1:] == [
        f"Борис · {boris.id}",
        f"Dora Lee · @dora_lee · {dora.id}",
    ]
    await ann.tap("A bot", user_ids=[playground.bot.id])
    await receive(ann, "You have shared one account:")


async def test_chats_are_shared_by_the_question_that_asks_for_them(
    app_playground: Playground, app_ann: Person
) -> None:
    friends = await app_playground.group("Friends <3", creator=app_ann)
    strangers = await app_playground.group("Strangers", creator=app_ann, bot="left")
    forum = await app_playground.group("Forum", creator=app_ann, is_forum=True)
    buttons = await open_special(app_ann)
    wishes = {
        label: button["request_chat"]
        for label, button in buttons.items()
        if "request_chat" in button
    }
    assert wishes["A forum"]["chat_is_forum"] is True
    assert wishes["A channel"]["chat_is_channel"] is True
    assert wishes["A group of mine"]["chat_is_created"] is True
    for whose in ("user_administrator_rights", "bot_administrator_rights"):
        assert wishes["A group of mine"][whose]["can_invite_users"] is True
    await app_ann.tap("A group", chat_id=friends.id)
    await receive(app_ann, f"You have shared a chat that I am in: Friends <3 · {friends.id}")
    await app_ann.tap("A group of mine", chat_id=strangers.id)
    await receive(app_ann, f"You have shared a chat: Strangers · {strangers.id}. I can't see it")
    await app_ann.tap("A forum", chat_id=forum.id)
    await receive(app_ann, "You have shared a chat that I am in: Forum")


async def test_the_request_ids_are_unique_and_new_each_time(ann: Person) -> None:
    def ids(buttons: dict[str, dict[str, Any]]) -> set[int]:
        kinds = ("request_users", "request_chat")
        asking = (button.get(kind) for button in buttons.values() for kind in kinds)
        return {wish["request_id"] for wish in asking if wish}

    first = ids(await open_special(ann))
    await ann.tap("Back")
    await ann.receive()
    second = ids(await open_special(ann))
    assert len(first) == len(second) == 7
    assert first.isdisjoint(second)
    assert all(0 < request_id < 2**31 for request_id in first | second)


async def test_a_mini_app_sends_a_choice_back(app_ann: Person) -> None:
    buttons = await open_special(app_ann)
    assert buttons["Mini App"]["web_app"] == {"url": APP}
    await app_ann.tap("Mini App", data='{"choice": "tea & <cake>"}')
    await receive(app_ann, "The Mini App has sent: tea & <cake>")


async def test_a_killed_bot_goes_on_asking(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    friends = await app_playground.group("Friends", creator=app_ann)
    boris = await app_playground.person("Boris")
    before = await open_special(app_ann)
    await app_ann.tap("Location", location={"latitude": 1, "longitude": 2})
    await receive(app_ann, "You are at 1.00000")
    answers: list[tuple[str, dict[str, Any], str]] = [
        ("Location", {"location": {"latitude": 3, "longitude": 4}}, "You are at 3.00000"),
        ("Contact", {}, "Your own number"),
        ("People", {"user_ids": [boris.id]}, "You have shared one account"),
        ("A group", {"chat_id": friends.id}, "You have shared a chat that I am in"),
        ("Mini App", {"data": '{"choice": "tea"}'}, "The Mini App has sent: tea"),
    ]
    await app_tally.kill()
    for label, chosen, _ in answers:
        await app_ann.tap(label, **chosen)
    await app_tally.start()
    missing = {answer for _, _, answer in answers}
    while missing:  # in any order
        text = (await app_ann.receive(timeout=PATIENCE)).text or ""
        missing -= {answer for answer in missing if text.startswith(answer)}
    rows = (await until_keyboard(app_ann))["keyboard"]
    assert {button["text"]: button for row in rows for button in row} == before
