"""A connection between two workers, and the frames on it.

Each end sends a nonce. Of both nonces and the key that all workers know, each derives one key for
either direction, which only this connection has. Every frame after the nonce ends with a code over
itself and its position, which proves that the other end has sent it, here and in this order. So
whoever relays a connection can't change, add, repeat, swap or leave out frames. Frames are not
encrypted, so a connection between machines belongs into a private network.
"""

import asyncio
import hmac
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import IntEnum
from hashlib import blake2b
from struct import Struct
from typing import cast

HEAD = Struct("!IBQ")
"""What a frame begins with: the length of its body, its kind, and the number of the update."""
LONGEST = 1024 * 1024 + 1024
"""Largest body of a frame in bytes; the webhook takes updates of up to a megabyte."""
NONCE = 32
"""Bytes of a nonce."""
CODE = 16
"""Bytes of the code that ends a frame."""
POSITION = Struct("!Q")
"""The position of a frame in its direction, which its code is over and which is not sent."""
PROVING = 5.0
"""Seconds that the other end has to prove that it knows the key."""


class Kind(IntEnum):
    """Kinds of frames."""

    HELLO = 1
    """The nonce of the end that sends it."""
    PROOF = 2
    """Empty; its code proves that the end that sends it knows the key."""
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


class Seal:
    """Makes the codes of the frames of one direction, one after the other.

    Args:
        key: The key of the direction.
    """

    def __init__(self, key: bytes) -> None:
        self._keyed = blake2b(key=key, digest_size=CODE)
        self._position = 0

    def code(self, head: bytes, body: bytes) -> bytes:
        """Return the code of the next frame."""
        code = self._keyed.copy()
        code.update(POSITION.pack(self._position) + head)
        code.update(body)
        self._position += 1
        return code.digest()


class Wire(asyncio.Protocol, ABC):
    """One end of a connection.

    Frames that are sent in one iteration of the event loop are written together, and none before
    the other end has proved that it knows the key.

    Args:
        key: The key.
        role: The role of this end, `asks` or `serves`; the other end has the other role.

    Attributes:
        has_heard: Whether a frame of the other end has come; who uses it sets it to False.
    """

    def __init__(self, key: bytes, role: str) -> None:
        self.has_heard = False
        self._key = key
        self._role = role
        self._nonce = secrets.token_bytes(NONCE)
        self._transport: asyncio.Transport | None = None
        # Those of both directions, once the other end's nonce has come.
        self._sent: Seal | None = None
        self._taken: Seal | None = None
        self._is_proved = False
        self._came = bytearray()
        self._frames: list[tuple[Kind, int, bytes]] = []

    @property
    def is_connected(self) -> bool:
        """Whether there has been a connection."""
        return self._transport is not None

    @abstractmethod
    def received(self, kind: int, number: int, body: bytes) -> None:
        """Take a frame of the other end."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to prove; see `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        self._write([(Kind.HELLO, 0, self._nonce)])
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
        self.flush()
        if self._transport:
            self._transport.close()

    def send(self, kind: Kind, number: int, body: bytes = b"") -> None:
        """Send a frame, after those that were sent before."""
        if not self._frames:
            asyncio.get_running_loop().call_soon(self.flush)
        self._frames.append((kind, number, body))

    def flush(self) -> None:
        """Write what was sent, unless the other end has not proved itself yet."""
        if self._is_proved and self._frames:
            self._write(self._frames)
            self._frames.clear()

    def _write(self, frames: Iterable[tuple[Kind, int, bytes]]) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(b"".join(self._framed(*frame) for frame in frames))

    def _framed(self, kind: Kind, number: int, body: bytes) -> bytes:
        head = HEAD.pack(len(body), kind, number)
        code = self._sent.code(head, body) if self._sent else b""
        return b"".join((head, body, code))

    def data_received(self, data: bytes) -> None:
        """Take the frames that are complete; see `asyncio.Protocol`."""
        self._came += data
        begin = 0
        while len(self._came) >= begin + HEAD.size:
            head = bytes(self._came[begin : begin + HEAD.size])
            length, kind, number = HEAD.unpack(head)
            middle = begin + HEAD.size
            end = middle + length
            last = end + (CODE if self._taken else 0)
            if length > (LONGEST if self._is_proved else NONCE):
                self.drop()
                return
            if len(self._came) < last:
                break
            body, code = bytes(self._came[middle:end]), self._came[end:last]
            if self._taken and not hmac.compare_digest(code, self._taken.code(head, body)):
                self.drop()
                return
            self._take(kind, number, body)
            begin = last
        del self._came[:begin]

    def _take(self, kind: int, number: int, body: bytes) -> None:
        self.has_heard = True
        if self._is_proved:
            self.received(kind, number, body)
        elif self._taken is None and kind == Kind.HELLO and len(body) == NONCE:
            self._begin(body)
        elif self._taken and kind == Kind.PROOF:
            self._is_proved = True
            self.flush()
        else:
            self.drop()

    def _begin(self, nonce: bytes) -> None:
        """Derive the keys of the connection from both nonces, and prove to know them."""
        asks = self._role == "asks"
        nonces = self._nonce + nonce if asks else nonce + self._nonce
        of_asks, of_serves = (
            Seal(hmac.digest(self._key, role + nonces, "sha256")) for role in (b"asks", b"serves")
        )
        self._sent, self._taken = (of_asks, of_serves) if asks else (of_serves, of_asks)
        self._write([(Kind.PROOF, 0, b"")])
