"""Reply keyboards, and forced replies."""

from tests.playground.page.chromium import Reader


async def test_a_reply_keyboard_is_shown_used_and_removed(reader: Reader) -> None:
    await reader.send("/keys")
    await reader.key("Coffee").click()
    await reader.see("Heard: Coffee")
    assert await reader.page.get_by_placeholder("Tea or coffee?").count() == 1
    await reader.shoot("reply-keyboard")
    for expected in (0, 1):  # folded away, and out again
        await reader.page.get_by_role("button", name="Reply keyboard").click()
        assert await reader.page.locator(".reply-keys").count() == expected
    await reader.key("Enough").click()
    await reader.see("No keys")
    assert await reader.page.locator(".reply-keys").count() == 0


async def test_a_one_time_keyboard_goes_after_its_use(reader: Reader) -> None:
    await reader.send("/once")
    await reader.key("Tea").click()
    await reader.see("Heard: Tea")
    assert await reader.page.locator(".reply-keys").count() == 0


async def test_a_forced_reply_is_ready_to_be_written(reader: Reader) -> None:
    await reader.send("/ask")
    await reader.page.locator("#quoted").get_by_text("What is your name?").wait_for()
    await reader.send("Ann")
    await reader.see("Hello, Ann")
    await reader.page.locator(".quote").get_by_text("Ann").last.wait_for()
