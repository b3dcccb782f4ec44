"""The menu: every window opens on the same message and leads back."""

import pytest

from telegram_playground import Message, Person

MENU = [
    ["Counter ±1", "Counter ±2"],
    ["Reply keyboards", "Special buttons"],
    ["Links", "Callbacks"],
    ["Inline mode", "Game", "Payment"],
    ["My counter", "Open counters"],
    ["Totals", "Settings"],
    ["Help"],
]
IN_PRIVATE = {"Reply keyboards", "Special buttons", "Payment"}
GROUP_MENU = [left for row in MENU if (left := [label for label in row if label not in IN_PRIVATE])]


async def open_menu(person: Person) -> Message:
    await person.send("/start")
    return await person.receive()


async def test_start_opens_the_menu(ann: Person) -> None:
    menu = await open_menu(ann)
    assert menu.text
    assert menu.text.startswith("Tally counts taps")
    assert menu.labels == MENU


@pytest.mark.parametrize(
    ("button", "text"),
    [
        ("Open counters", "Your open counters"),
        ("Totals", "Your totals"),
        ("Help", "What Tally can do"),
        ("Counter ±1", "Specify the"),
        ("My counter", "Specify the"),
        ("Settings", "Settings"),
        ("Reply keyboards", "Reply keyboards"),
        ("Links", "Choose a link"),
        ("Inline mode", "Inline mode"),
        ("Payment", "Payment"),
        ("Callbacks", "Callbacks call the bot"),
    ],
)
async def test_every_window_opens_in_place_and_leads_back(
    ann: Person, button: str, text: str
) -> None:
    menu = await open_menu(ann)
    await ann.press(menu, button)
    window = await ann.until(menu, lambda message: (message.text or "").startswith(text))
    assert "Back" in window.labels[-1]
    await ann.press(window, "Back")
    await ann.until(menu, lambda message: message.labels == MENU)
    assert len(await ann.messages()) == 2


async def test_start_again_moves_the_menu_down_and_takes_the_old_keyboard(ann: Person) -> None:
    first = await open_menu(ann)
    second = await open_menu(ann)
    assert second.labels == MENU
    await ann.until(first, lambda message: not message.labels)
    await ann.press(second, "Help")
    await ann.until(second, lambda message: message.labels == [["Back"]])


async def test_help_and_totals_open_by_command_with_the_menu_behind(ann: Person) -> None:
    for command, text in (("/help", "What Tally can do"), ("/totals", "Your totals")):
        await ann.send(command)
        window = await ann.receive()
        assert window.text
        assert window.text.startswith(text)
        await ann.press(window, "Back")
        await ann.until(window, lambda message: message.labels == MENU)


async def test_a_double_tap_on_a_menu_button_opens_one_window(ann: Person) -> None:
    menu = await open_menu(ann)
    help_button = menu.button("Help").callback_data
    await ann.press(menu, "Totals")
    totals = await ann.until(menu, lambda message: message.labels == [["Back"]])
    # The second press was on its way when the window changed.
    answer = await ann.press(totals, data=help_button)
    assert answer is not None
    assert answer.text is None
    assert (await ann.read(menu)).text == totals.text


async def test_a_command_in_reply_to_a_counter_leaves_the_counter_alone(ann: Person) -> None:
    await ann.send("/numbers")
    counter = await ann.receive()
    await ann.press(counter, "+1")
    await ann.send("/start", reply_to=counter)
    assert (await ann.receive()).labels == MENU
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 2")


@pytest.mark.usefixtures("ann")
async def test_everything_is_there_in_russian(boris: Person) -> None:
    menu = await open_menu(boris)
    assert menu.labels == [
        ["Счётчик ±1", "Счётчик ±2"],
        ["Обычные клавиатуры", "Особые кнопки"],
        ["Ссылки", "Колбэки"],
        ["Инлайн-режим", "Игра", "Оплата"],
        ["Свой счётчик", "Открытые счётчики"],
        ["Итоги", "Настройки"],
        ["Помощь"],
    ]
    await boris.send("/numbers чай")
    counter = await boris.receive()
    assert counter.text == "чай\nУкажите число: 0"
    assert counter.labels == [["-1", "+1"], ["Подтвердить", "Отмена"]]
    await boris.press(counter, "Подтвердить")
    await boris.until(counter, text="чай\nИтого: 0")
    await boris.send("/numbers")
    counter = await boris.receive()
    await boris.press(counter, "Отмена")
    await boris.until(counter, text="Отменено")
    await boris.send("что?")
    assert "/start" in ((await boris.receive()).text or "")


async def test_a_person_of_another_language_reads_english(ann: Person) -> None:
    await ann.change(language_code="pt-br")
    assert (await open_menu(ann)).labels == MENU


@pytest.mark.parametrize("text", ["hello", "/nonsense", "/start@other_bot", "+1", "a\u2060\u2061"])
async def test_other_texts_get_a_hint_and_draw_nothing(ann: Person, text: str) -> None:
    menu = await open_menu(ann)
    await ann.send(text)
    hint = await ann.receive()
    assert hint.text == "I only know commands here: /start shows the menu, /help explains."
    assert (await ann.read(menu)).labels == MENU
    assert len(await ann.messages()) == 4
