"""Links: what each opens, and a profile that no button may lead to."""

import pytest

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.groups import make_group
from tests.support.odd_answers import ODD
from tests.support.tally import Tally

APP = "https://example.org/app?language=en"
LOGIN = "https://example.org/login?language=en"
LABELS = [
    ["GitHub", "Official Telegram channel"],
    ["Your profile", "Copy your id"],
    ["Links to Tally"],
    ["Back"],
]


async def open_links(person: Person, command: str = "/links") -> Message:
    await person.send(command)
    return await person.receive()


@pytest.mark.parametrize("command", ["/links", "/inline_url"])
async def test_links_open_pages_channels_the_profile_and_copy(ann: Person, command: str) -> None:
    window = await open_links(ann, command)
    assert window.labels == LABELS
    assert window.button("GitHub").url == "https://github.com"
    assert window.button("Official").url == "tg://resolve?domain=telegram"
    assert window.button("Your profile").url == f"tg://user?id={ann.id}"
    copied = window.button("Copy").copy_text
    assert copied is not None
    assert copied.text == str(ann.id)
    assert "set WEB_APP_URL" in (window.text or "")
    assert "/setdomain" in (window.text or "")
    await ann.press(window, "Back")
    await ann.until(window, lambda message: message.labels == MENU)


async def test_a_mini_app_opens_where_there_is_one(app_ann: Person) -> None:
    window = await open_links(app_ann)
    app = window.button("Mini App").web_app
    assert app is not None
    assert app.url == APP
    assert "set WEB_APP_URL" not in (window.text or "")


async def test_a_login_asks_for_the_right_to_write_too(app_ann: Person) -> None:
    window = await open_links(app_ann)
    login = window.button("Log in").login_url
    assert login is not None
    assert (login.url, login.request_write_access) == (LOGIN, True)


async def test_where_telegram_knows_no_domain_the_login_is_disabled_and_the_window_says_why(
    app_playground: Playground, app_ann: Person
) -> None:
    await app_playground.switch(login_domain=False)
    await app_ann.change(has_private_forwards=True)
    window = await open_links(app_ann)
    await app_playground.switch(login_domain=True)
    assert window.button("Log in").disabled
    assert window.button("GitHub").url
    assert "(/setdomain)" in (window.text or "")
    (refused,) = [
        call
        for call in await app_playground.refusals()
        if call.params.get("chat_id") == str(app_ann.id)
    ]
    assert refused.error == "Bad Request: BOT_DOMAIN_INVALID"
    again = await open_links(app_ann)
    assert again.button("Log in").login_url


async def test_the_page_leads_to_its_button_in_the_chat(app_ann: Person) -> None:
    await app_ann.start("links")
    assert (await app_ann.receive()).button("Log in").login_url


async def test_in_a_group_there_is_no_mini_app(app_playground: Playground, app_ann: Person) -> None:
    group = await make_group(app_playground, [app_ann])
    await app_ann.send("/links", chat=group)
    window = await app_ann.receive(group)
    assert window.labels == [*LABELS[:2], ["Log in to a page"], *LABELS[2:]]
    assert "in our private chat" in (window.text or "")


async def test_a_person_who_forbids_links_to_their_profile_sees_the_button_disabled(
    ann: Person,
) -> None:
    await ann.change(has_private_forwards=True)
    window = await open_links(ann)
    assert window.button("Your profile").disabled
    assert window.button("Your profile").url is None
    await ann.change(has_private_forwards=False)
    again = await open_links(ann)
    assert again.button("Your profile").url == f"tg://user?id={ann.id}"


async def test_a_person_who_forbids_it_after_the_question_sees_the_same(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    menu = await open_menu(ann)
    before = await own_playground.call_count()
    await own_playground.trouble("delay", method="editMessageText", seconds=60, times=1)
    await ann.press(menu, "Links", timeout=0)
    # Telegram was asked and allowed the link; the edit is on its way. The press is answered
    # already, because Telegram would refuse an answer a minute later.
    await own_playground.until_called("editMessageText", after=before)
    await own_playground.until_called("answerCallbackQuery", after=before)
    await ann.change(has_private_forwards=True)
    await own_playground.advance(60)
    window = await ann.until(menu, lambda message: "GitHub" in str(message.labels))
    assert window.button("Your profile").disabled
    (refused,) = await own_playground.refusals(after=before)
    assert refused.error == "Bad Request: BUTTON_USER_PRIVACY_RESTRICTED"
    await ann.press(window, "Back")
    await ann.until(menu, lambda message: message.labels == MENU)


async def test_if_telegram_does_not_answer_the_button_is_disabled(
    app_playground: Playground, app_ann: Person
) -> None:
    fault = await app_playground.trouble("refuse", method="getChat", chat=app_ann.id)
    window = await open_links(app_ann)
    assert window.button("Your profile").disabled
    await app_playground.calm(fault)


@pytest.mark.parametrize("name", ["a page", "no UTF-8", "no result"])
async def test_if_telegrams_answer_cannot_be_read_the_button_is_disabled(
    app_playground: Playground, app_ann: Person, name: str
) -> None:
    odd = ODD[name]
    fault = await app_playground.trouble("answer", method="getChat", chat=app_ann.id, **odd)
    window = await open_links(app_ann)
    assert window.button("Your profile").disabled
    await app_playground.calm(fault)
    await app_playground.trouble("answer", method="getChat", chat=app_ann.id, times=1, **odd)
    window = await open_links(app_ann)
    assert window.button("Your profile").url == f"tg://user?id={app_ann.id}"
