"""Telegram by a proxy of each kind, and addresses that Tally never reaches by one."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import trustme

from durable_dialogs.telegram.proxy import is_on_this_machine, variable_for
from telegram_playground import Playground
from tests.dialogs.test_counter import open_counter
from tests.support.forward_proxies import HOST, ForwardProxy, listening, relay
from tests.support.nursery import START
from tests.support.tally import Tally

LOGIN = "tally:hunter2@/:"
API = "https://api.telegram.org/bot"
QUOTED = "tally:hunter2%40%2F%3A"
PASSWORD = "hunter2"


@dataclass(frozen=True, slots=True)
class Telegram:
    """A Telegram that a bot can reach only through a proxy, and by TLS.

    Attributes:
        playground: The playground that stands for Telegram.
        port: The port on this machine at which it listens for TLS.
        certificate: The certificate of the proxies.
        authority: The file with the certificate of the authority that signed it.
    """

    playground: Playground
    port: int
    certificate: ssl.SSLContext
    authority: Path

    def bot(self, data: Path, **settings: str) -> Tally:
        """Give a bot of it."""
        known = {
            "BOT_TOKEN": self.playground.token,
            "BOT_API_URL": f"https://{HOST}:4443",
            "SSL_CERT_FILE": str(self.authority),
        }
        return Tally(data, **known | settings)


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Telegram]:
    """Give a Telegram that a bot can reach only through a proxy."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, "127.0.0.1").configure_cert(context)
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    async with Playground(hosts=[HOST]) as playground:
        target = int(playground.url.rpartition(":")[2])
        async with listening(partial(relay, target=target), context) as port:
            yield Telegram(playground, port, context, file)


async def counts(telegram: Telegram, tally: Tally) -> None:
    """Check that a bot counts, and logs no password."""
    try:
        await tally.start()
        ann = await telegram.playground.person("Ann")
        counter = await open_counter(ann, "/numbers tea")
        await ann.press(counter, "+1")
        await ann.until(counter, text="tea\nSpecify the number: 1")
    finally:
        await tally.clean_up()
    assert PASSWORD not in tally.log.read_text()


@pytest.mark.parametrize("login", [None, LOGIN], ids=["open", "login"])
@pytest.mark.parametrize("kind", ["http", "https", "socks5", "socks5h"])
async def test_a_bot_counts_by_a_proxy(
    telegram: Telegram, tmp_path: Path, kind: str, login: str | None
) -> None:
    proxy = ForwardProxy(telegram.port, login)
    serve = proxy.socks5 if kind.startswith("socks5") else proxy.http
    context = telegram.certificate if kind == "https" else None
    async with listening(serve, context) as port:
        address = f"{kind}://{QUOTED + '@' if login else ''}127.0.0.1:{port}"
        tally = telegram.bot(tmp_path / "data", TELEGRAM_PROXY=address)
        await counts(telegram, tally)
        assert set(proxy.asked) == {(HOST, 4443)}
        assert proxy.refused == 0
        (line,) = [line for line in tally.logged() if line["event"] == "proxy"]
        assert (line["setting"], line["host"], line["port"]) == (
            "TELEGRAM_PROXY",
            "127.0.0.1",
            port,
        )


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
async def test_the_usual_variables_name_the_proxy(
    telegram: Telegram, tmp_path: Path, name: str
) -> None:
    proxy = ForwardProxy(telegram.port, LOGIN)
    async with listening(proxy.http) as port:
        address = f"{QUOTED}@127.0.0.1:{port}"
        await counts(telegram, telegram.bot(tmp_path / "data", **{name: address}))
    assert proxy.asked


async def test_an_api_without_tls_is_asked_by_an_http_proxy(
    telegram: Telegram, tmp_path: Path
) -> None:
    proxy = ForwardProxy(int(telegram.playground.url.rpartition(":")[2]), LOGIN)
    async with listening(proxy.http) as port:
        address = f"http://{QUOTED}@127.0.0.1:{port}"
        tally = telegram.bot(
            tmp_path / "data", TELEGRAM_PROXY=address, BOT_API_URL=f"http://{HOST}"
        )
        await counts(telegram, tally)
    assert set(proxy.asked) == {(HOST, 80)}


async def test_addresses_on_this_machine_need_no_proxy(
    own_playground: Playground, own_tally: Tally
) -> None:
    proxy = ForwardProxy(0)
    async with listening(proxy.http) as port:
        address = f"http://127.0.0.1:{port}"
        names = ("TELEGRAM_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        own_tally.settings |= dict.fromkeys(names, address)
        own_tally.settings["BOT_API_URL"] = own_playground.url.replace("127.0.0.1", "localhost")
        await own_tally.start()
        ann = await own_playground.person("Ann")
        assert (await open_counter(ann)).text == "Specify the number: 0"
        await own_tally.stop()
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("url", "environment", "variable"),
    [
        (
            API,
            {"HTTPS_PROXY": "http://a", "ALL_PROXY": "b"},
            "HTTPS_PROXY",
        ),
        (API, {"HTTP_PROXY": "http://a"}, None),
        (
            API,
            {"https_proxy": "a", "no_proxy": "example.org"},
            "HTTPS_PROXY",
        ),
        (API, {"HTTPS_PROXY": "a", "NO_PROXY": ".telegram.org"}, None),
        (
            API,
            {"ALL_PROXY": "a", "NO_PROXY": "b, api.telegram.org"},
            None,
        ),
        (API, {"ALL_PROXY": "a", "NO_PROXY": "*"}, None),
        (API, {"HTTPS_PROXY": ""}, None),
        ("http://bot-api:8081/bot", {"HTTP_PROXY": "a", "HTTPS_PROXY": "b"}, "HTTP_PROXY"),
        ("http://bot-api:8081/bot", {"ALL_PROXY": "a", "NO_PROXY": "bot-api:8081"}, None),
    ],
)
def test_a_variable_counts_by_address_unless_its_host_is_to_be_asked_directly(
    monkeypatch: pytest.MonkeyPatch, url: str, environment: dict[str, str], variable: str | None
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert variable_for(url) == variable


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8081/bot", True),
        ("http://127.1.2.3/bot", True),
        ("http://[::1]:8081/bot", True),
        ("http://LOCALHOST.:8081/bot", True),
        ("http://tea.localhost/bot", True),
        (API, False),
        ("http://localhost.example.org/bot", False),
        ("http://10.0.0.7:8081/bot", False),
    ],
)
def test_addresses_on_this_machine_are_recognised(url: str, *, here: bool) -> None:
    assert is_on_this_machine(url) == here


@pytest.mark.parametrize("kind", ["http", "https", "socks5"])
async def test_a_refusal_of_the_proxy_is_logged_without_a_secret(
    telegram: Telegram, tmp_path: Path, kind: str
) -> None:
    proxy = ForwardProxy(telegram.port, "somebody:else")
    context = telegram.certificate if kind == "https" else None
    async with listening(proxy.socks5 if kind == "socks5" else proxy.http, context) as port:
        address = f"{kind}://{QUOTED}@127.0.0.1:{port}"
        tally = telegram.bot(tmp_path / "data", TELEGRAM_PROXY=address)
        await tally.begin()
        # The line with which the bot ends, or tries again.
        said = "authentication failure" if kind == "socks5" else "407 Proxy Authentication Required"
        async with asyncio.timeout(START):
            while said not in tally.log.read_text():
                await asyncio.sleep(0.02)
        await tally.clean_up()
    assert proxy.refused
    for secret in (PASSWORD, telegram.playground.token.partition(":")[2]):
        assert secret not in tally.log.read_text()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HTTPS_PROXY", f"ftp://tally:{PASSWORD}@proxy", "must begin with http:// or https://"),
        ("ALL_PROXY", f"http://[{PASSWORD}", "is no address of a proxy"),
        ("HTTPS_PROXY", f"tally:{PASSWORD}/@proxy", "is no address of a proxy"),
    ],
)
async def test_a_wrong_variable_ends_the_start_with_a_line(
    telegram: Telegram, tmp_path: Path, name: str, value: str, said: str
) -> None:
    status, _, errors = await telegram.bot(tmp_path / "data", **{name: value}).run()
    assert status == 2
    assert errors.splitlines()[-1].startswith(f"{name}: {said}")
    assert PASSWORD not in errors


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_a_proxy_that_breaks_off_for_a_while_loses_no_tap(
    telegram: Telegram, tmp_path: Path, kind: str
) -> None:
    proxy = ForwardProxy(telegram.port)
    async with listening(proxy.socks5 if kind == "socks5" else proxy.http) as port:
        tally = telegram.bot(tmp_path / "data", TELEGRAM_PROXY=f"{kind}://127.0.0.1:{port}")
        await tally.start()
        ann = await telegram.playground.person("Ann")
        counter = await open_counter(ann)
        proxy.break_off()
        await ann.press(counter, "+1", timeout=0)
        async with asyncio.timeout(START):
            while not proxy.ended:
                await asyncio.sleep(0.02)
        proxy.is_broken = False
        await ann.until(counter, text="Specify the number: 1", timeout=START)
        await tally.clean_up()
