"""Settings: defaults, wrong values, and that no secret ever shows."""

import re
from pathlib import Path

import pytest

from app.settings import Settings, read_settings, secrets_of
from ops.errors import OperatorError

ROOT = Path(__file__).parents[2]
SQLITE, POSTGRES = "sqlite+aiosqlite:////tmp/tally.db", "postgresql+asyncpg://u:hunter2@h/d"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = read_settings()
    assert settings.bot_token is None
    assert settings.redis_url is None
    assert settings.admin_ids == frozenset()
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path}/data/tally.db"
    assert settings.dialog_ttl == 30 * 24 * 60 * 60


def test_an_empty_value_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "")
    assert read_settings().bot_token is None


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("BOT_TOKEN", "hunter2", "BOT_TOKEN: is not a bot token; @BotFather gives one like"),
        ("BOT_API_URL", "ftp://hunter2", "BOT_API_URL: must begin with http:// or https://"),
        ("REDIS_URL", "hunter2", "REDIS_URL: must begin with redis:// or rediss:// or unix://"),
        ("BOT_API_URL", "http://:8081/hunter2", "BOT_API_URL: is not an address"),
        ("BOT_API_URL", "http://hunter2:99999", "BOT_API_URL: is not an address"),
        ("REDIS_URL", "redis://:hun/hunter2@h", "REDIS_URL: is no address"),
        ("REDIS_URL", "redis://:hunter2@/0", "REDIS_URL: is no address"),
        ("DATABASE_URL", "postgresql://u:p@ss:hunter2@h/d", "DATABASE_URL: is not a database"),
        ("DATABASE_URL", "hunter2", "DATABASE_URL: is not a database address"),
        ("DATABASE_URL", "mysql://hunter2@h/d", "DATABASE_URL: must begin with sqlite+aiosqlite"),
        *(
            ("DATABASE_URL", f"{address}?{options}", f"DATABASE_URL: {says}")
            for address, options, says in (
                (SQLITE, "timeout=hunter2", "has an option with a wrong value"),
                (POSTGRES, "port=hunter2", "has an option with a wrong value"),
                (POSTGRES, "hunter2=1", "has an option that asyncpg does not know"),
                (POSTGRES, "channel_binding=hunter2", "has an option that asyncpg does not know"),
                (POSTGRES, "sslmode=hunter2", "has an sslmode that is not one of disable, allow"),
                (POSTGRES, "ssl=hunter2", "has an sslmode that is not one of disable, allow"),
                (POSTGRES, "sslmode=prefer&sslmode=hunter2", "has sslmode twice"),
                (POSTGRES, "sslrootcert=hunter2", "has an sslrootcert that is not a file"),
                (POSTGRES, "connect_timeout=hunter2", "has a connect_timeout that is not a number"),
                (POSTGRES, "command_timeout=0", "has a command_timeout that is not a number of"),
                (POSTGRES, "statement_cache_size=-1", "has a statement_cache_size that is not a"),
            )
        ),
        ("DEFAULT_LANGUAGE", "hunter2", "DEFAULT_LANGUAGE: input should be 'en' or 'ru'"),
        ("WEB_APP_URL", "http://hunter2", "WEB_APP_URL: must begin with https://"),
        ("WEB_APP_URL", "https://", "WEB_APP_URL: is not an address"),
        ("GAME_SHORT_NAME", "hunter2!", "GAME_SHORT_NAME: is not a short name of a game"),
        ("DIALOG_TTL", "0", "DIALOG_TTL: input should be greater than or equal to 1"),
        ("DIALOG_TTL", "hunter2", "DIALOG_TTL: input should be a valid integer"),
        ("PLAYGROUND_PORT", "70000", "PLAYGROUND_PORT: input should be less than or equal to"),
        *(
            ("TELEGRAM_PROXY", value, f"TELEGRAM_PROXY: {says}")
            for value, says in (
                ("hunter2", "must begin with http:// or https:// or socks5://"),
                ("socks4://hunter2", "must begin with http:// or https:// or socks5://"),
                ("http://", "must begin with http:// or https:// or socks5://"),
                ("http://:hunter2@", "is no address of a proxy like http://HOST"),
                ("http://u:hun/hunter2@proxy", "is no address of a proxy"),
                ("http://proxy/hunter2", "is no address of a proxy"),
                ("socks5://proxy:99999?hunter2", "is no address of a proxy"),
                ("https://[hunter2", "is no address of a proxy"),
                ("http://u%3Ax:hunter2@proxy", "has a user or password that a proxy can't be"),
                ("http://u:hunter2%0d%0a@proxy", "has a user or password that a proxy can't be"),
                ("socks5://u:hunter2%C3%A4@proxy", "has a user or password that a proxy can't be"),
                (f"socks5://u:hunter2{'x' * 250}@proxy", "has a user or password that a proxy"),
            )
        ),
        ("METRICS_PORT", "8080", "METRICS_PORT: must differ from WEB_PORT"),
        ("METRICS_PORT", "hunter2", "METRICS_PORT: input should be a valid integer"),
        ("ADMIN_IDS", "7,hunter2", "ADMIN_IDS: must be people's ids, separated by commas"),
        ("ADMIN_IDS", "7,,8", "ADMIN_IDS: must be people's ids"),
        ("ADMIN_IDS", "-1001234567890", "ADMIN_IDS: must be people's ids"),
        *(
            ("WORKER_PEERS", value, "WORKER_PEERS: must be unix, off or an address of this machine")
            for value in ("hunter2", "tcp", "tcp://", "tcp://host:99999", "http://host", "tcp://[a")
        ),
        ("LOG_LEVEL", "hunter2", "LOG_LEVEL: input should be 'DEBUG'"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(OperatorError, match=f"^{re.escape(line)}") as caught:
        read_settings()
    assert len(str(caught.value).splitlines()) == 1
    assert "hunter2" not in str(caught.value)


def test_admins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_IDS", "7, 1234567890123")
    assert read_settings().admin_ids == {7, 1234567890123}


def test_each_wrong_setting_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALOG_TTL", "-1")
    monkeypatch.setenv("LOG_FORMAT", "xml")
    with pytest.raises(OperatorError, match="DIALOG_TTL") as caught:
        read_settings()
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "DIALOG_TTL",
        "LOG_FORMAT",
    ]


def test_settings_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "123456:hunter2hunter2hunter2hunter2hunter2")
    monkeypatch.setenv(
        "REDIS_URL", "redis+sentinel://u:hunter%32@a,b/tally?sentinel_password=hunter3"
    )
    monkeypatch.setenv("PAYMENT_PROVIDER_TOKEN", "1234:TEST:hunter2")
    settings = read_settings()
    assert "hunter" not in repr(settings)
    assert {"1234:TEST:hunter2", "hunter%32", "hunter2", "hunter3"} <= set(secrets_of(settings))


def test_the_example_explains_every_setting() -> None:
    example = (ROOT / ".env.example").read_text()
    explained = {line[1:].partition("=")[0] for line in example.splitlines() if line[:1] == "#"}
    assert {name.upper() for name in Settings.model_fields} <= explained
