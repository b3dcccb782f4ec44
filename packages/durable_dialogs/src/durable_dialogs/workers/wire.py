"""A connection between two workers, and the frames on it.

Both ends first prove that they know the same key, each by the HMAC of a nonce of the other's. After
that frames are plain, so a connection between machines belongs into a private network.
"""

import asyncio
import hmac
import secrets
from enum import IntEnum
from struct import Struct
from typing import cast

HEAD = Struct("!IBQ")
"""What a frame begins with: the length of its body, its kind, and the number of the update."""
LONGEST = 1024 * 1024 + 1024
"""Largest body of a frame in bytes; the webhook takes updates of up to a megabyte."""
NONCE = 32
"""Bytes of a nonce, and of the proof that answers it."""
PROVING = 5.0
"""Seconds that the other end has to prove that it knows the key."""


class Kind(IntEnum):
    """Kinds of frames."""

    HELLO = 1
    """The nonce of the end that sends it."""
    PROOF = 2
    """The answer to the other end's nonce."""
    UPDATE = 3
    """An update to carry out, as Telegram posted it."""
    DONE = 4
    """An update is done; the body is that of the response to Telegram."""
    FAILED = 5
    """The carrying out of an update raised an error."""
    LEAVING = 6
    """The worker is about to stop and does not carry the update out."""
    PING = 7
    """Asks for a PONG."""
    PONG = 8
    """Tells that the worker still runs."""


class Wire(asyncio.Protocol):
    """One end of a connection.

    Frames that are sent in one iteration of the event loop are written together, and none before
    the other end has proved that it knows the key.

    Args:
        key: The key.
        role: The role of this end, `asks` or `serves`; the other end has the other role.
    """

    def __init__(self, key: bytes, role: str) -> None:
        self._key = key
        self._role = role
        self._nonce = secrets.token_bytes(NONCE)
        self._transport: asyncio.Transport | None = None
        self._is_proved = False
        self._came = bytearray()
        self._frames: list[bytes] = []

    def received(self, kind: int, number: int, body: bytes) -> None:
        """Take a frame of the other end."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to prove; see `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        self._write(_frame(Kind.HELLO, 0, self._nonce))
        asyncio.get_running_loop().call_later(PROVING, self._drop_unproved)

    def _drop_unproved(self) -> None:
        if not self._is_proved:
            self.drop()

    def drop(self) -> None:
        """Close the connection at once."""
        if self._transport:
            self._transport.abort()

    def close(self) -> None:
        """Close the connection after what was sent."""
        self._flush()
        if self._transport:
            self._transport.close()

    def send(self, kind: Kind, number: int, body: bytes = b"") -> None:
        """Send a frame, after those that were sent before."""
        if not self._frames:
            asyncio.get_running_loop().call_soon(self._flush)
        self._frames.append(_frame(kind, number, body))

    def _flush(self) -> None:
        if self._is_proved and self._frames:
            self._write(b"".join(self._frames))
            self._frames.clear()

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        """Take the frames that are complete; see `asyncio.Protocol`."""
        self._came += data
        begin = 0
        while len(self._came) >= begin + HEAD.size:
            length, kind, number = HEAD.unpack_from(self._came, begin)
            if length > (LONGEST if self._is_proved else NONCE):
                self.drop()
                return
            end = begin + HEAD.size + length
            if len(self._came) < end:
                break
            self._take(kind, number, bytes(self._came[begin + HEAD.size : end]))
            begin = end
        del self._came[:begin]

    def _take(self, kind: int, number: int, body: bytes) -> None:
        if self._is_proved:
            self.received(kind, number, body)
        elif kind == Kind.HELLO:
            self._write(_frame(Kind.PROOF, 0, self._proof(self._role, body)))
        elif kind == Kind.PROOF:
            other = "serves" if self._role == "asks" else "asks"
            self._is_proved = hmac.compare_digest(body, self._proof(other, self._nonce))
            if self._is_proved:
                self._flush()
            else:
                self.drop()
        else:
            self.drop()

    def _proof(self, role: str, nonce: bytes) -> bytes:
        return hmac.digest(self._key, role.encode() + nonce, "sha256")


def _frame(kind: Kind, number: int, body: bytes) -> bytes:
    return HEAD.pack(len(body), kind, number) + body
