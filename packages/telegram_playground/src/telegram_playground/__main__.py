"""The command line: runs a local Telegram for a bot."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence

from telegram_playground.errors import FolderError
from telegram_playground.server import DEFAULT_HOST, DEFAULT_PORT, Server, bot_id_of

try:
    import uvloop as loops
except ImportError:  # the extra "fast", which Windows does not have
    loops = asyncio  # type: ignore[misc]

MAX_PORT = 65_535

GUIDE = """\
A local Telegram is running at {url}

Point a bot to it: token {token}, Bot API server {url}
    aiogram                  AiohttpSession(api=TelegramAPIServer.from_base("{url}"))
    python-telegram-bot      Application.builder().base_url("{url}/bot")
    pyTelegramBotAPI         apihelper.API_URL = "{url}/bot{{0}}/{{1}}"
Chat with it: open {url} in a browser,
    or use `telegram_playground.Client("{url}")`, or JSON at {url}/control
Stop it with Ctrl+C; {memory}."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The arguments; those of the process if `None`.

    Returns:
        The exit status: 0 after a signal to stop, 2 if the server can't start.
    """
    options = _parser().parse_args(arguments)
    try:
        with asyncio.Runner(loop_factory=loops.new_event_loop) as runner:
            runner.run(_serve(options))
    except FolderError as error:
        print(f"--data-dir: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        print(f"Can't listen on {options.host}:{options.port}: {reason}", file=sys.stderr)
        return 2
    return 0


async def _serve(options: argparse.Namespace) -> None:
    server = Server(
        options.token,
        host=options.host,
        port=options.port,
        username=options.username,
        privacy=not options.no_privacy,
        hosts=options.allow_host,
        data_dir=options.data_dir,
        inline=options.inline,
    )
    await server.start()
    stopped = asyncio.Event()
    _at_end(stopped.set)
    memory = f"chats stay in {options.data_dir}" if options.data_dir else "chats are not kept"
    print(GUIDE.format(url=server.url, token=server.token, memory=memory), flush=True)
    await stopped.wait()
    await server.stop()


def _at_end(stop: Callable[[], None]) -> None:
    """Call a function when the process is asked to end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="telegram-playground", description="A local Telegram for one bot."
    )
    parser.add_argument("--host", default=DEFAULT_HOST, help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="port to listen on (%(default)s)"
    )
    parser.add_argument(
        "--token",
        type=_token,
        help="the bot's token (a random one, which is printed and kept in --data-dir)",
    )
    parser.add_argument(
        "--username", default="playground_bot", help="the bot's username (%(default)s)"
    )
    parser.add_argument(
        "--no-privacy",
        action="store_true",
        help="give the bot every message of its groups",
    )
    parser.add_argument("--inline", action="store_true", help="switch inline mode on")
    parser.add_argument(
        "--data-dir",
        metavar="FOLDER",
        help="keep chats, files and waiting updates there",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="further name under which the server may be addressed, such as this machine's",
    )
    return parser


def _token(text: str) -> str:
    try:
        bot_id_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
