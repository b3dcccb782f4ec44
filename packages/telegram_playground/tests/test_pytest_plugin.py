"""The pytest plugin, in runs of pytest of its own: with and without plugins for async tests."""

from collections.abc import Sequence

import pytest

pytest_plugins = ["pytester"]

PLUGIN = "telegram_playground.pytest_plugin"

CALL = """
import json, threading
from urllib.error import HTTPError
from urllib.request import Request, urlopen
import pytest

def call(telegram, method, **params):
    request = Request(f"{telegram.url}/bot{telegram.token}/{method}", json.dumps(params).encode())
    request.add_header("Content-Type", "application/json")
    try:
        with urlopen(request) as answer:
            return json.load(answer)
    except HTTPError as error:
        with error:
            return json.load(error)
"""
"""The start of each test module: a bot's call in plain HTTP, so that no library is needed."""

ASYNC_TEST = """
async def test_an_answer(telegram, person):
    await person.send("/start")
    call(telegram, "sendMessage", chat_id=person.id, text="tea")
    assert (await person.receive()).text == "tea"
    call(telegram, "sendMessage", chat_id=7, text="tea")
    assert (await telegram.expect_refusal("sendMessage", "chat not found")).status == 400
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> "Run":
    """Give a function that runs a test module with this plugin and those that are named."""
    # Whether the package is installed with its entry point, or only on the path, is all the same.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return Run(pytester)


class Run:
    """Runs test modules in a process of their own."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester

    def __call__(self, source: str, *options: str, plugins: Sequence[str] = ()) -> pytest.RunResult:
        """Run a test module; warnings are errors, but for one about pytest-asyncio's settings."""
        self._pytester.makepyfile(CALL + source)
        named = [f"-p{name}" for name in (PLUGIN, *plugins)]
        strict = ("-Werror", "-Wignore:The configuration option")
        return self._pytester.runpytest_subprocess(*named, *strict, *options)


def test_a_plain_test_needs_no_await(run: Run) -> None:
    result = run("""
def test_an_answer(telegram, person, group):
    person.send("/start")
    call(telegram, "sendMessage", chat_id=person.id, text="tea")
    assert person.receive().text == "tea"

    boris = telegram.person("Boris")
    group.set_role(boris, "member")
    boris.send("hello", chat=group)
    assert group.messages()[-1].text == "hello"
    assert [someone.user.first_name for someone in telegram.persons()] == ["Ann", "Boris"]

def test_the_next_one_begins_anew(telegram):
    assert telegram.persons() == []
    assert telegram.calls() == []
""")
    result.assert_outcomes(passed=2)


def test_a_press_waits_for_a_bot_in_another_thread(run: Run) -> None:
    result = run("""
def test_press(telegram, person):
    button = {"text": "+1", "callback_data": "1"}
    person.send("/start")
    call(telegram, "sendMessage", chat_id=person.id, text="0",
         reply_markup={"inline_keyboard": [[button]]})

    def serve():
        offset = 0
        while update := call(telegram, "getUpdates", offset=offset, timeout=9)["result"][0]:
            offset = update["update_id"] + 1
            if "callback_query" in update:
                query = update["callback_query"]["id"]
                return call(telegram, "answerCallbackQuery", callback_query_id=query, text="now 1")

    bot = threading.Thread(target=serve)
    bot.start()
    assert person.press(person.receive(), "+1").text == "now 1"
    bot.join()
""")
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "plugins", "options"),
    [
        ("", [], []),
        ("", ["pytest_asyncio.plugin"], []),
        ("@pytest.mark.asyncio", ["pytest_asyncio.plugin"], []),
        ("", ["pytest_asyncio.plugin"], ["--asyncio-mode=auto"]),
        ("@pytest.mark.anyio", ["anyio.pytest_plugin"], []),
        ("@pytest.mark.anyio", ["anyio.pytest_plugin", "pytest_asyncio.plugin"], []),
    ],
)
def test_an_async_test_runs_with_any_plugin_and_with_none(
    run: Run, mark: str, plugins: list[str], options: list[str]
) -> None:
    for plugin in plugins:
        pytest.importorskip(plugin)
    source = """
@pytest.fixture
def anyio_backend():
    return "asyncio"
"""
    result = run(f"{source}\n{mark}{ASYNC_TEST}", *options, plugins=plugins)
    result.assert_outcomes(passed=1)


def test_an_async_fixture_can_use_the_playground(run: Run) -> None:
    result = run(
        """
@pytest.fixture
async def bot(telegram, person):
    await person.send("/start")
    call(telegram, "sendMessage", chat_id=person.id, text="tea")
    yield "bot"
    assert await telegram.refusals() == []

async def test_an_answer(bot, person):
    assert (await person.receive()).text == "tea"
""",
        "--asyncio-mode=auto",
        plugins=["pytest_asyncio.plugin"],
    )
    result.assert_outcomes(passed=1)


def test_a_refused_call_fails_the_test(run: Run) -> None:
    result = run("""
def test_refused(telegram, person):
    person.send("/start")
    call(telegram, "sendMessage", chat_id=7, text="tea")

async def test_refused_in_an_async_test(telegram):
    call(telegram, "getChat", chat_id=7)

@pytest.fixture
def bot(telegram):
    yield
    call(telegram, "getChat", chat_id=8)

def test_refused_at_the_end(bot):
    pass
""")
    result.assert_outcomes(passed=1, failed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_refused_at_the_end*",
            "Telegram refused what the bot called*",
            "#1 getChat chat_id='8': 400 Bad Request: chat not found",
            "*FAILURES*",
            "Telegram refused what the bot called*",
            "#1 sendMessage chat_id='7' text='tea': 400 Bad Request: chat not found",
            "*Telegram: chats*",
            "Ann (private, *):",
            "#1 Ann: /start",
            "Its latest call is #1 sendMessage; updates that wait for it: 1",
            "Telegram refused what the bot called*",
            "#1 getChat chat_id='7': 400 Bad Request: chat not found",
        ]
    )


def test_a_refusal_can_be_expected_or_allowed(run: Run) -> None:
    result = run("""
def test_expected(telegram):
    call(telegram, "sendMessage", chat_id=7, text="tea")
    call(telegram, "getChat", chat_id=8)
    assert telegram.expect_refusal("getchat").params == {"chat_id": "8"}
    assert telegram.expect_refusal(reason="chat not found").method == "sendMessage"

def test_expected_before_it_comes(telegram):
    threading.Timer(0.1, call, [telegram, "getChat"], {"chat_id": 7}).start()
    assert telegram.expect_refusal("getChat").status == 400

def test_expected_too_often(telegram):
    call(telegram, "getChat", chat_id=7)
    telegram.expect_refusal("getChat")
    with pytest.raises(TimeoutError, match="getChat was not refused.*:\\n#1 getChat"):
        telegram.expect_refusal("getChat", timeout=0.1)

@pytest.mark.telegram_refusals
def test_all_are_allowed(telegram):
    call(telegram, "getChat", chat_id=7)

@pytest.mark.telegram_refusals("getChat")
def test_those_of_a_method_are_allowed(telegram):
    call(telegram, "getChat", chat_id=7)

@pytest.mark.telegram_refusals("sendMessage")
def test_those_of_another_method_are_allowed(telegram):
    call(telegram, "getChat", chat_id=7)
""")
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["FAILED*::test_those_of_another_method_are_allowed*"])


def test_a_failed_test_shows_the_chats(run: Run) -> None:
    result = run("""
def test_silent(telegram, person, group):
    person.send("/start")
    person.send("hello", chat=group)
    call(telegram, "sendMessage", chat_id=7, text="tea" * 1000)
    person.receive(timeout=0.1)

def test_no_bot(telegram):
    assert telegram.call_count() == 1
""")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            ">       person.receive(timeout=0.1)",
            "E       TimeoutError: a message of the bot did not come within 0.1 s:",
            "#1 sendMessage chat_id='7' text='tea*...: 400 Bad Request: chat not found",
            "Ann (private, *):",
            "#1 Ann: /start",
            "Friends (supergroup, *):",
            "#? Ann: hello",
            "Its latest call is #1 sendMessage; updates that wait for it: *",
            "It has called nothing at http://127.0.0.1:* with the token *:*",
        ]
    )


def test_a_project_gives_the_bot_its_own_token(run: Run) -> None:
    result = run("""
@pytest.fixture
def telegram_options():
    return {"token": "7:tea", "username": "tea_bot"}

def test_token(telegram):
    assert (telegram.token, telegram.bot.username) == ("7:tea", "tea_bot")
    assert call(telegram, "getMe")["result"]["id"] == 7
""")
    result.assert_outcomes(passed=1)


def test_a_project_that_does_not_use_it_is_not_disturbed(run: Run) -> None:
    result = run("""
import sys

@pytest.fixture
def person():
    return "a person of the project"

def test_nothing_slow_is_imported(person):
    assert person == "a person of the project"
    assert not {"aiohttp", "telegram_playground.schema"} & set(sys.modules)

async def test_another_async_test():
    pass
""")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*async def functions are not natively supported*"])
