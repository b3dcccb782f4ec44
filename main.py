"""The command line: run the bot, query the totals."""

import asyncio
import gc
import os
import sys
import typing
from datetime import UTC, datetime
from typing import Annotated

import typer
import uvloop

from config import Settings, read_settings, secrets_of
from db.export import Format
from db.filters import Filter
from faults import Fault
from logs import set_up_logs
from queries import print_totals

FAULT = 2
"""The exit status after a wrong setting or a start that failed."""

cli = typer.Typer(
    help="Tally, a Telegram bot that counts taps and never miscounts one.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


@cli.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Run the bot. Settings come from the environment and .env; .env.example explains each."""
    if context.invoked_subcommand is None:
        _run(_settings())


@cli.command()
def totals(
    *,
    user: Annotated[int | None, typer.Option(help="Only this person's, by Telegram id.")] = None,
    chat: Annotated[int | None, typer.Option(help="Only this chat's, by Telegram id.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day, UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day, UTC.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write them.")] = Format.TABLE,
) -> None:
    """Query the totals, also while the bot runs."""
    if since and until and since > until:
        _fail("--since lies after --until")
    try:
        asyncio.run(
            print_totals(
                _settings().database,
                sys.stdout,
                format_,
                Filter(user_id=user, chat_id=chat).on_days(
                    since.date() if since else None, until.date() if until else None, UTC
                ),
            )
        )
    except Fault as error:
        _fail(str(error))
    except BrokenPipeError:
        # Nobody reads on (`| head`). The interpreter would flush once more and say so.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(settings: Settings) -> None:
    # Loading aiogram makes half a million objects that stay, and a collection
    # would look through them again and again: while loading, a fifth of the time,
    # and later the largest cost of a press. The other commands need not wait.
    gc.disable()
    from app import run  # noqa: PLC0415

    gc.collect()
    gc.freeze()
    gc.enable()

    set_up_logs(settings.log_level, settings.log_format, secrets_of(settings))
    try:
        uvloop.run(run(settings))
    except Fault as error:
        _fail(str(error))


def _settings() -> Settings:
    try:
        return read_settings()
    except Fault as error:
        _fail(str(error))


def _fail(text: str) -> typing.NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(FAULT)


if __name__ == "__main__":
    cli()
