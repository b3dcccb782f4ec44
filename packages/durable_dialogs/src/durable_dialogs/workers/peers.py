"""Passing updates on to the workers that own their chats, and taking updates from others."""

import asyncio
import hmac
import os
import socket
import tempfile
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from durable_dialogs.redis.valkey_socket import PRIVATE, require_private
from durable_dialogs.tasks import finish, start
from durable_dialogs.telemetry import telemetry
from durable_dialogs.workers.handover import Asking, CarryOut, Serving
from durable_dialogs.workers.ownership import Ownership
from durable_dialogs.workers.registry import SILENCE, UNIX, WorkerRegistry

log = structlog.get_logger(__name__)


def peers_key(token: str) -> bytes:
    """Return the key that all workers of a bot know, and nobody else.

    Args:
        token: The bot's token.
    """
    return hmac.digest(token.encode(), b"durable peers", "sha256")


class Peers:
    """The other workers: they own some of the chats, and this one owns others.

    Args:
        registry: The live workers.
        key: The key that all workers of the bot know, and nobody else.
        listen: Where to take updates from others: `unix`, or `tcp://HOST` or `tcp://HOST:PORT`,
            which is an address of this machine that the other workers reach. If it is `0.0.0.0` or
            `[::]`, that is all addresses of this machine; others use the machine's name then.
    """

    def __init__(self, registry: WorkerRegistry, key: bytes, listen: str = "unix") -> None:
        self._registry = registry
        self._key = key
        self._listen = listen
        self._ownership = Ownership(registry)
        self._asked: dict[str, Asking] = {}
        self._serving: set[Serving] = set()
        self._tasks: set[asyncio.Future[None]] = set()

    @property
    def is_alone(self) -> bool:
        """Whether there is no other worker to pass anything on to."""
        return not self._registry.others

    async def pass_on(self, chat: str, body: bytes) -> bytes | None:
        """Have the owner of a chat carry an update out.

        Args:
            chat: The id of the chat, or of the inline message.
            body: The update's bytes.

        Returns:
            The body of the response to Telegram. None if the update is to be carried out here,
            because this worker is the owner, or the owner does not do it.
        """
        owner = self._ownership.owner_of(chat)
        if owner is None:
            return None
        asked = self._asked.get(owner)
        if asked is None or asked.is_over:
            asked = Asking(self._key, partial(self._leave_out, owner))
            self._asked = {name: each for name, each in self._asked.items() if not each.is_over}
            self._asked[owner] = asked
            start(self._connect(asked, self._registry.others[owner]))
        answer = await asked.ask(body)
        telemetry.update_passed_on("returned" if answer is None else "answered")
        return answer

    def _leave_out(self, worker: str, seconds: float) -> None:
        log.info("worker_left_out", other=worker, seconds=seconds)
        self._ownership.leave_out(worker, seconds)

    async def _connect(self, asked: Asking, address: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            # `Asking` gives up earlier; this only ends the attempt.
            async with asyncio.timeout(SILENCE):
                if address.startswith(UNIX):
                    path = address.removeprefix(UNIX)
                    await loop.create_unix_connection(lambda: asked, path)
                else:
                    host, port = _host_and_port(address)
                    await loop.create_connection(lambda: asked, host, port)
        except (OSError, TimeoutError):
            asked.end(SILENCE)
        if asked.is_over:
            asked.drop()

    async def run(self, carry_out: CarryOut) -> None:
        """Take updates from other workers until cancelled, and let them know the address.

        If this worker can't listen, it logs that, and neither takes updates nor passes them on.
        """
        try:
            listening, address = self._bind()
        except OSError as error:
            log.warning("peers_unavailable", error=str(error))
            return
        # The first heartbeat tells the address. Until the server runs, the kernel lets others wait.
        self._registry.address = address
        serve = partial(self._serve, carry_out)
        server = await asyncio.get_running_loop().create_server(serve, sock=listening)
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            # What others have sent goes on. What they still send, they carry out themselves.
            for serving in self._serving:
                serving.is_leaving = True
            _delete_socket(address)

    def _serve(self, carry_out: CarryOut) -> Serving:
        serving = Serving(self._key, carry_out, self._tasks, self._serving.discard)
        self._serving.add(serving)
        return serving

    def _bind(self) -> tuple[socket.socket, str]:
        """Return a socket that listens, and its address for the other workers."""
        if self._listen == "unix":
            path = _folder() / f"{os.getpid()}-{self._registry.worker.rpartition(':')[2]}.sock"
            listening, early = socket.socket(socket.AF_UNIX), path.with_suffix(".new")
            listening.bind(str(early))
            listening.listen()
            # Only now, because other workers delete a socket that refuses them.
            early.rename(path)
            return listening, f"{UNIX}{path}"
        host, port = _host_and_port(self._listen)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
        bound, port, *_ = listening.getsockname()
        if ip_address(bound).is_unspecified:
            host = socket.gethostname()
        shown = f"[{host}]" if ":" in host else host
        return listening, f"tcp://{shown}:{port}"

    async def close(self, within: float) -> None:
        """Finish the updates of other workers for at most some seconds; end the connections."""
        await finish(self._tasks, within)
        # The answers are written in the next iteration of the event loop.
        await asyncio.sleep(0)
        for serving in [*self._serving]:
            serving.close()
        for asked in self._asked.values():
            asked.end(0)


def _host_and_port(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or 0


def _delete_socket(address: str) -> None:
    if address.startswith(UNIX):
        Path(address.removeprefix(UNIX)).unlink(missing_ok=True)


def _folder() -> Path:
    """Make the folder of this user's sockets; delete sockets that killed workers have left.

    Raises:
        PermissionError: Others can open the folder, or it is another user's.
    """
    folder = Path(tempfile.gettempdir()) / f"durable-dialogs-{os.getuid()}"
    folder.mkdir(mode=PRIVATE, exist_ok=True)
    require_private(folder)
    for path in folder.glob("*.sock"):
        if _is_left(path):
            path.unlink(missing_ok=True)
    return folder


def _is_left(path: Path) -> bool:
    """Tell whether nobody listens at a socket.

    A process id would not tell: containers may share the folder and not their process ids.
    """
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return True
        except OSError:
            pass  # it is in use, or already gone
    return False
