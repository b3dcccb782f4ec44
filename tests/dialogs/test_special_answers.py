"""Answers to the special buttons that are made up, late, too many, or another person's."""

import pytest

from telegram_playground import Person, Playground
from tests.dialogs.test_menu import MENU
from tests.dialogs.test_special_buttons import open_special
from tests.support.keyboards import receive
from tests.support.tally import Tally

CLOSED = "That question is no longer open."
STRANGE = "That is not what the Mini App sends."
UNKNOWN = "None of these buttons sends that.\nSpecial buttons"


async def deliver(playground: Playground, tally: Tally, *contents: dict[str, object]) -> None:
    """Restart the bot, which then gets messages that the playground's people can't send.

    Each is the last message once more, with other content.
    """
    await playground.until_pending(0)
    update = (await playground.updates())[-1]
    message = {name: value for name, value in update["message"].items() if name != "text"}
    message.pop("entities", None)
    await tally.stop()
    first = update["update_id"] + 1000
    await tally.keep_in_inbox(
        *(
            {"update_id": first + place, "message": message | content}
            for place, content in enumerate(contents)
        )
    )
    await tally.start()


@pytest.mark.parametrize(
    "data",
    [
        "tea",
        "",
        "[" * 4000,
        '"tea"',
        "{}",
        '{"choice": 1}',
        '{"choice": ""}',
        '{"choice": "tea", "admin": true}',
        '{"choice": "%s"}' % ("x" * 65),
        '{"choice": "%s"}' % ("é" * 4000),
        '{"choice": "\\ud800"}',
        '{"choice": NaN}',
    ],
)
async def test_data_that_our_mini_app_never_sends_is_refused(app_ann: Person, data: str) -> None:
    await open_special(app_ann)
    await app_ann.tap("Mini App", data=data)
    assert (await app_ann.receive()).text == STRANGE


async def test_a_poll_that_was_forwarded_is_not_the_persons_own(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    await open_special(app_ann)
    poll = {"question": "Tea?", "options": ["Yes", "No"]}
    made = (await app_ann.share(poll=poll)).json
    await receive(app_ann, "A poll:")
    origin = {"type": "hidden_user", "sender_user_name": "Dora", "date": 1_700_000_000}
    forwarded = {"poll": made["poll"], "forward_origin": origin}
    await deliver(app_playground, app_tally, forwarded)
    await receive(app_ann, "That poll was forwarded.")


async def test_more_people_than_were_asked_for_are_refused(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    buttons = await open_special(app_ann)

    def shared(label: str, count: int) -> dict[str, object]:
        users = [{"user_id": number} for number in range(1, count + 1)]
        request_id = buttons[label]["request_users"]["request_id"]
        return {"users_shared": {"request_id": request_id, "users": users}}

    await deliver(app_playground, app_tally, shared("People", 11))
    await receive(app_ann, "Only 10 at most can be shared for this question.")
    await deliver(app_playground, app_tally, shared("A bot", 2))
    await receive(app_ann, "Only 1 at most can be shared for this question.")


async def test_an_answer_to_a_question_that_is_closed_is_told_so(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    buttons = await open_special(app_ann)
    people = buttons["People"]["request_users"]["request_id"]
    group = buttons["A group"]["request_chat"]["request_id"]
    late: list[dict[str, object]] = [
        {"users_shared": {"request_id": people, "users": [{"user_id": 1}]}},
        {"chat_shared": {"request_id": group, "chat_id": -1001}},
    ]
    crossed: list[dict[str, object]] = [
        {"users_shared": {"request_id": group, "users": [{"user_id": 1}]}},
        {"chat_shared": {"request_id": people, "chat_id": -1001}},
    ]
    await deliver(app_playground, app_tally, *crossed)
    for _ in crossed:
        await receive(app_ann, CLOSED)
    await open_special(app_ann)
    await deliver(app_playground, app_tally, *late)
    for _ in late:
        await receive(app_ann, CLOSED)


@pytest.mark.parametrize("elsewhere", ["/start", "/reply_builder"])
async def test_an_answer_that_comes_elsewhere_is_late(
    app_playground: Playground, app_tally: Tally, app_ann: Person, elsewhere: str
) -> None:
    await app_ann.send(elsewhere)
    await app_ann.receive()
    late: list[dict[str, object]] = [
        {"users_shared": {"request_id": 1, "users": [{"user_id": 1}]}},
        {"chat_shared": {"request_id": 1, "chat_id": -1001}},
        {"web_app_data": {"button_text": "Mini App", "data": '{"choice": "tea"}'}},
    ]
    await deliver(app_playground, app_tally, *late)
    for _ in late:
        await receive(app_ann, CLOSED)


async def test_a_message_that_is_no_answer_is_told_so(ann: Person) -> None:
    await open_special(ann)
    for text in ("Location", "contact", "hello"):
        await ann.send(text)
        await receive(ann, UNKNOWN)
    await ann.share(dice="🎲")
    await receive(ann, UNKNOWN)
    await ann.send("back")
    assert (await ann.receive()).labels == MENU


async def test_nothing_personal_is_kept(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    dora = await app_playground.person("Dora", last_name="Secret")
    await open_special(app_ann)
    shared = await app_ann.tap("Contact")
    assert shared.contact
    await receive(app_ann, "Your own number")
    await app_ann.tap("Location", location={"latitude": 12.34567, "longitude": 76.54321})
    await receive(app_ann, "You are at")
    await app_ann.tap("People", user_ids=[dora.id])
    await receive(app_ann, "You have shared")
    await app_tally.until_inbox_is_empty()
    async with app_tally.redis() as redis:
        kept = [await redis.dump(key) or b"" for key in await redis.keys("*")]
    written = b"".join(kept) + app_tally.log.read_bytes()
    for personal in (shared.contact.phone_number, "12.34567", "Secret"):
        assert personal.encode() not in written


async def test_a_bot_is_created_by_a_button_and_shown(app_ann: Person) -> None:
    await open_special(app_ann)
    await app_ann.tap("Create a bot", name="Tea", username="tea_bot")
    await receive(app_ann, "You have created @tea_bot.")
