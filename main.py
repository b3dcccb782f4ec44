"""The command line: run the bot, query the totals, back up and restore."""

from ops import sighup  # noqa: F401 - first, because loading the rest takes a second

# isort: split
import asyncio
import gc
import os
import sys
import typing
from collections.abc import Callable, Sequence
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
import uvloop

from app.settings import Settings, read_settings, secrets_of
from db.export import Format
from db.filters import Filter
from db.models import Kind
from ops.errors import STATUS, OperatorError
from ops.folder_lock import hold_folders
from ops.logs import set_up_logs
from ops.queries import By, Query, print_totals
from ops.supervisor import MOST, check_several, supervise
from ops.worker_process import Parent

ID_MAX = 2**52
"""Ids have at most 52 bits (Bot API, User and Chat)."""
COLLECT = 20_000, 20, 20
"""Thresholds of the garbage collector (see `gc.set_threshold`). With Python's own, 700, 10, 10, it
takes a fourteenth of the CPU of a press."""

cli = typer.Typer(
    help="Tally, a Telegram bot that counts taps and never miscounts one.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-01-31") from None


def _zone(text: str) -> tzinfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise typer.BadParameter(
            f"{text!r} is not a time zone; write it like Europe/Berlin"
        ) from None


@cli.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    *,
    workers: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=MOST, help="Number of worker processes (webhook only)."
        ),
    ] = 1,
    worker: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the bot. Settings come from the environment and .env; .env.example explains each."""
    if context.invoked_subcommand is not None:
        return
    try:
        settings = read_settings()
        set_up_logs(settings.log_level, settings.log_format, secrets_of(settings), worker)
        if worker:
            _run(settings, Parent())  # the parent has locked the folders
            return
        if workers > 1:
            check_several(settings)
        with hold_folders(settings):
            if workers > 1:
                uvloop.run(supervise(settings, workers))
            else:
                _run(settings)
    except OperatorError as error:
        # A worker tells its parent, which prints the error once for all workers.
        _fail(str(error), to_parent=worker is not None)


@cli.command(
    epilog="""
    Examples:

    \b
    python main.py totals --since 2026-01-01 --until 2026-01-31
    python main.py totals --user 1000001 --label tea --format csv > tea.csv
    python main.py totals --user 1000001 --by day --zone Europe/Berlin
    python main.py totals --chat -1001234567890 --by user
    """
)
def totals(  # noqa: PLR0913 - typer makes an option of each
    *,
    user: Annotated[
        int | None,
        typer.Option(metavar="ID", min=1, max=ID_MAX, help="Only this person's, by Telegram id."),
    ] = None,
    chat: Annotated[
        int | None,
        typer.Option(
            metavar="ID", min=-ID_MAX, max=ID_MAX, help="Only this chat's, by Telegram id."
        ),
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only of this kind of counter.")] = None,
    label: Annotated[
        str | None, typer.Option(help="Only with this name; '' for totals without a name.")
    ] = None,
    since: Annotated[
        date | None, typer.Option(metavar="DATE", parser=_day, help="First day, e.g. 2026-01-31.")
    ] = None,
    until: Annotated[
        date | None, typer.Option(metavar="DATE", parser=_day, help="Last day, included.")
    ] = None,
    zone: Annotated[
        tzinfo | None,
        typer.Option(
            metavar="ZONE", parser=_zone, help="Time zone for day boundaries (default UTC)."
        ),
    ] = None,
    by: Annotated[By | None, typer.Option(help="Add totals up by this.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.TABLE,
) -> None:
    """Query the totals, newest first, also while the bot runs."""
    if since and until and since > until:
        _fail(f"--since must not be after --until: {since} is later than {until}")
    wanted = Filter(user_id=user, chat_id=chat, kind=kind, label=label)
    wanted = wanted.on_days(since, until, zone or UTC)
    url = _settings().database
    found = print_totals(url, Query(wanted, by, zone or UTC), sys.stdout, format_)
    _do(lambda: asyncio.run(found))


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Back up open dialogs and totals into one file, also while the bot runs."""
    from ops.backup import back_up  # noqa: PLC0415 - slow to load, and `totals` does without it

    _do(lambda: back_up(_settings(), file))


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move existing data aside first.")
    ] = False,
) -> None:
    """Restore a backup into an empty data folder, while the bot is stopped."""
    from ops.backup import restore  # noqa: PLC0415 - slow to load, and `totals` does without it

    def bring_back() -> None:
        done = restore(_settings(), file, replace=replace)
        if not done.is_checked:
            typer.echo("An older version wrote this backup, without checksums; it can be read.")
        if done.aside:
            typer.echo(f"The data from before is in {done.aside} now.")

    _do(bring_back)


@cli.command()
def quarantine(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of updates.")
    ] = None,
    *,
    show: Annotated[
        bool, typer.Option("--show", help="Print these updates, with what people sent.")
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Let the bot try them again; without IDs, all.")
    ] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Delete these updates.")] = False,
) -> None:
    """List updates that the bot could not read, also while it runs; show, retry or drop them."""
    from ops import quarantine  # noqa: PLC0415 - it loads aiogram, and `totals` does without it

    if show + retry + drop > 1:
        _fail("choose only one of --show, --retry and --drop")
    chosen = list(names or ())
    if not chosen and (show or drop):
        _fail("name the updates by their ids from the list")
    if chosen and not (show or retry or drop):
        _fail("choose what to do with these updates: --show, --retry or --drop")
    settings = _settings()
    if show:
        job = quarantine.show(settings, chosen, sys.stdout)
    elif retry:
        job = quarantine.retry(settings, chosen, sys.stdout)
    elif drop:
        job = quarantine.drop(settings, chosen, sys.stdout)
    else:
        job = quarantine.list_entries(settings, sys.stdout)
    _do(lambda: asyncio.run(job))


def _do(job: Callable[[], object]) -> None:
    try:
        job()
    except OperatorError as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader has ended (`| head`). The interpreter's last flush must not fail, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(settings: Settings, parent: Parent | None = None) -> None:
    # aiogram's models are half a million objects that live as long as the process. Each full
    # collection would go through them: that takes a fifth of the time to load them, and is the
    # largest cost of a press later. The other commands don't load them at all.
    gc.disable()
    from app.run import run  # noqa: PLC0415 - between two steps of the garbage collector

    gc.freeze()
    # Most objects live no longer than their update, so a later collection finds fewer alive.
    gc.set_threshold(*COLLECT)
    gc.enable()

    uvloop.run(run(settings, parent))


def _settings() -> Settings:
    try:
        return read_settings()
    except OperatorError as error:
        _fail(str(error))


def _fail(text: str, *, to_parent: bool = False) -> typing.NoReturn:
    typer.echo(text, err=not to_parent)
    raise typer.Exit(STATUS)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Its arguments; None for those of this process.

    Returns:
        The exit status. A wrong option ends with one readable line on standard error.
    """
    try:
        return cli(arguments, standalone_mode=False) or 0
    except typer.TyperException as error:
        typer.echo(error.format_message().replace("Value error, ", ""), err=True)
        return STATUS


if __name__ == "__main__":
    sys.exit(run())
