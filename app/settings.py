"""The settings, read from the environment and `.env`; .env.example explains each."""

from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Annotated, Literal

from dotenv.parser import parse_stream
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.setting_checks import (
    address_with,
    check_database,
    check_game,
    check_peers,
    check_proxy,
    check_redis,
    check_token,
    check_webhook_secret,
    read_ids,
)
from durable_dialogs.redis.address import passwords_in
from durable_dialogs.telegram.proxy import addresses_in_environment
from durable_dialogs.workers.peer_address import UNIX
from ops.errors import OperatorError

DAY = 24 * 60 * 60
ENV_FILE = Path(".env")
"""The file of settings, in the current folder."""


class Settings(BaseSettings):
    """The settings of a bot.

    Addresses are secrets, because they may contain passwords: nothing that prints settings shows
    them.

    Attributes:
        bot_token: The token from @BotFather; without one, the playground stands in for Telegram.
        bot_api_url: The address of the Bot API server; the default is Telegram's.
        bot_api_test: Whether to use Telegram's test environment.
        telegram_proxy: The address of the proxy for Telegram; the default is that of `HTTPS_PROXY`
            or `ALL_PROXY`, if there is one.
        redis_url: The address of Redis or Valkey for open dialogs; without one, Tally starts the
            embedded Valkey.
        redis_wait: How many replicas of Redis must have the changes of an update before the bot
            answers it.
        database_url: The address of the database; the default is SQLite in `data_dir`.
        data_dir: The folder where Tally keeps its own data.
        web_app_url: The public address of the pages that people open; the default is
            `webhook_url`, if that is https.
        admin_ids: Telegram ids of the people who may refund payments and see statistics.
        payment_provider_token: The token from @BotFather that charges cards; without one, people
            can pay by Telegram Stars only.
        game_short_name: The short name of the game at @BotFather; without one, there is a game on
            the playground only.
        default_language: The language for people whose own language Tally lacks.
        dialog_ttl: Seconds after its last use when a dialog expires.
        webhook_url: The public address where Telegram posts updates; without one, Tally polls.
        webhook_secret: The secret that Telegram sends with each update; the default is derived
            from the token.
        worker_peers: How workers pass updates on to the owners of their chats: `unix`, `off`, or
            this machine's address for the workers of other machines, such as `tcp://10.0.0.1`.
        web_host: The address to listen at.
        web_port: The port to listen at.
        metrics_host: The address to serve metrics at.
        metrics_port: The port to serve metrics at, different from `web_port`.
        playground_port: The port of the playground's page and Bot API.
        log_level: The least severity to log.
        log_format: `console` for people, `json` for collectors.
    """

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8-sig", extra="ignore", env_ignore_empty=True
    )

    bot_token: Annotated[SecretStr, AfterValidator(check_token)] | None = None
    bot_api_url: Annotated[SecretStr, address_with("http", "https")] | None = None
    bot_api_test: bool = False
    telegram_proxy: Annotated[SecretStr, AfterValidator(check_proxy)] | None = None
    redis_url: Annotated[SecretStr, AfterValidator(check_redis)] | None = None
    redis_wait: int = Field(0, ge=0, le=9)
    database_url: Annotated[SecretStr, AfterValidator(check_database)] | None = None
    data_dir: Path = Path("data")
    web_app_url: Annotated[SecretStr, address_with("https")] | None = None
    admin_ids: Annotated[frozenset[int], NoDecode, BeforeValidator(read_ids)] = frozenset()
    payment_provider_token: SecretStr | None = None
    game_short_name: Annotated[str, AfterValidator(check_game)] | None = None
    default_language: Literal["en", "ru"] = "en"
    dialog_ttl: int = Field(30 * DAY, ge=1, le=3650 * DAY)
    webhook_url: Annotated[SecretStr, address_with("http", "https")] | None = None
    webhook_secret: Annotated[SecretStr, AfterValidator(check_webhook_secret)] | None = None
    worker_peers: Annotated[str, AfterValidator(check_peers)] = UNIX
    web_host: str = "127.0.0.1"
    web_port: int = Field(8080, ge=1, le=65535)
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(9464, ge=1, le=65535)
    playground_port: int = Field(8081, ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"

    @field_validator("redis_wait")
    @classmethod
    def _needs_redis(cls, value: int, info: ValidationInfo) -> int:
        # A wrong REDIS_URL is missing from `data`, and has an error of its own.
        if value and info.data.get("redis_url", "wrong") is None:
            raise ValueError("needs REDIS_URL, because the embedded Valkey has no replicas")
        return value

    @field_validator("metrics_port")
    @classmethod
    def _is_not_public(cls, value: int, info: ValidationInfo) -> int:
        # Workers share ports, so both could listen at it, and the public could get metrics.
        if value == info.data.get("web_port"):
            raise ValueError("must differ from WEB_PORT, which is open to the public")
        return value

    @property
    def public_address(self) -> str | None:
        """The public address of Tally's pages, None if there is none."""
        return next((address.rstrip("/") for address in self.public_addresses), None)

    @property
    def public_addresses(self) -> list[str]:
        """The public addresses that are set."""
        addresses = (self.web_app_url, self.webhook_url)
        return [address.get_secret_value() for address in addresses if address]

    @property
    def game(self) -> str | None:
        """The game's short name, None if there is no game; the playground takes any name."""
        return self.game_short_name or (None if self.bot_token else "tap_race")

    @property
    def provider_token(self) -> str | None:
        """The token that charges cards, None if cards are not taken; the playground takes any."""
        if self.payment_provider_token:
            return self.payment_provider_token.get_secret_value()
        return None if self.bot_token else "playground"

    @property
    def secret(self) -> str | None:
        """The webhook's secret, None if it was not set."""
        return self.webhook_secret.get_secret_value() if self.webhook_secret else None

    @property
    def database(self) -> str:
        """The address of the database."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir.absolute() / 'tally.db'}"


def secrets_of(settings: Settings) -> list[str]:
    """Give the texts that logs must mask: tokens, secrets, and passwords in addresses."""
    addresses = (
        settings.bot_api_url,
        settings.redis_url,
        settings.database_url,
        settings.webhook_url,
        settings.telegram_proxy,
    )
    written = [url.get_secret_value() for url in addresses if url]
    passwords = [passwords_in(url) for url in written]
    for address in addresses_in_environment().values():
        # These are not checked yet. `passwords_in` raises if the text is no address.
        with suppress(ValueError):
            passwords.append(passwords_in(address))
    tokens = (settings.bot_token, settings.webhook_secret, settings.payment_provider_token)
    values = [value.get_secret_value() for value in tokens if value]
    return [*values, *set().union(*passwords)]


def read_settings() -> Settings:
    """Read the settings from the environment and `.env`.

    Raises:
        OperatorError: A setting is wrong, or `.env` can't be read. The text has one readable line
            for each, without the value, because it may be a secret.
    """
    try:
        _check_env_file()
        return Settings()
    except UnicodeDecodeError:
        raise OperatorError(f"{ENV_FILE}: is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise OperatorError(f"{ENV_FILE}: can't be read: {error.strerror}") from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise OperatorError(
            "\n".join(_line(fault["loc"], fault["msg"]) for fault in faults)
        ) from None


def _check_env_file() -> None:
    """Refuse a file that the settings library would ignore, in whole or in part.

    A named pipe is not checked, because it can be read only once.

    Raises:
        OperatorError: The file has a line that is not a setting, or is not text.
        OSError: It can't be read.
        UnicodeDecodeError: It is not UTF-8.
    """
    if not ENV_FILE.exists() or ENV_FILE.is_fifo():
        return
    text = ENV_FILE.read_text("utf-8-sig")
    if "\0" in text:
        # UTF-16 without a byte order mark is valid UTF-8, but its names have NULs in them.
        raise OperatorError(f"{ENV_FILE}: has NUL bytes, so it is not UTF-8 text: save it as UTF-8")
    for setting in parse_stream(StringIO(text)):
        if setting.error:
            raise OperatorError(f"{ENV_FILE}: line {setting.original.line} is not like NAME=value")


def _line(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    text = text if text.startswith(("is ", "must ")) else text[:1].lower() + text[1:]
    return f"{str(location[0]).upper()}: {text}"
