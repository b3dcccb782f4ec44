"""A pending redraw: how far the message of a window has followed, as far as this worker knows.

Other modules call the events below; only this one changes the state.

    CHANGING  -- committed ------------> SETTLING
    SETTLING  -- its version is stored -> removed from the index
    SETTLING  -- another one is stored -> OVERTAKEN
    OVERTAKEN -- yet another one ------> OVERTAKEN
    any       -- begin ----------------> DRAWING
    DRAWING   -- drawn, given up ------> SETTLING
    DRAWING   -- refused, failed, interrupted, unreachable --> OWED, after a pause;
                 an animation that was not edited: SETTLING
    any       -- touch ----------------> CHANGING
    any       -- hurry, force ---------> OWED
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from durable_dialogs.state.location import Location

REST = 2.0
"""Seconds after a change of a record, by whichever worker, before its window is checked."""

PAUSE = 10.0
"""Seconds, doubled with each failure, before a window is drawn again whose handlers failed."""

DOUBLINGS = 5
"""How many times a pause is doubled at most."""

TRIES = 6
"""How many times a window is drawn again whose handlers fail, before it is given up."""

DAY = 24 * 60 * 60
"""Seconds for which a window is drawn again that Telegram can't be reached for."""


class StoredWindow(NamedTuple):
    """What Redis holds of a record.

    Attributes:
        version: The record's version.
        message_id: The message that should show it, a placeholder below 0 if it is not sent yet,
            None if there is none.
    """

    version: str
    message_id: int | None


class State(Enum):
    """How far the message of a window has followed."""

    CHANGING = auto()
    """An update changes the record. If its commit is never noted, the window is owed."""
    SETTLING = auto()
    """This process has drawn a version, or is about to."""
    OVERTAKEN = auto()
    """Another worker has committed a version since, and may go on. Then it draws more, too."""
    OWED = auto()
    """It must be drawn again."""
    DRAWING = auto()
    """It is being drawn again."""


@dataclass(slots=True)
class PendingRedraw:
    """A window whose message may be behind, because a worker has changed its record.

    All times are of the monotonic clock, but `animated_until`.

    Attributes:
        location: Where the window is.
        state: How far its message has followed.
        changed_at: When the record last changed, or was found changed; 0 for long ago.
        animated_until: Until when the window changes by itself, by Redis' clock; 0 for never.
        version: In `SETTLING` the version drawn, in `OVERTAKEN` the one stored, else "".
        entry: What was last written to the index, b"" for nothing yet.
        not_before: Before when the window is not checked again.
        is_forced: Whether the window must be drawn again although its version stays the same.
        tried: The version that was drawn again last, to which the following belong.
        was_shown: Whether the message showed that version before, because it is an animation.
        failures: How many times the handlers have failed.
        delays: How many times drawing it again has been put off.
        unreachable_since: Since when Telegram can't be reached for it.
    """

    location: Location
    state: State = State.OWED
    changed_at: float = 0.0
    animated_until: float = 0.0
    version: str = ""
    entry: bytes = b""
    not_before: float = 0.0
    is_forced: bool = False
    tried: str = ""
    was_shown: bool = False
    failures: int = 0
    delays: int = 0
    unreachable_since: float | None = None

    @classmethod
    def owed(cls, location: Location, animated_until: float = 0.0) -> "PendingRedraw":
        """Make one of a window that must be drawn, because another worker has left it."""
        return cls(location, animated_until=animated_until)

    @classmethod
    def announced(
        cls, location: Location, now: float, animated_until: float = 0.0
    ) -> "PendingRedraw":
        """Make one of a window whose record an update is about to change."""
        redraw = cls.owed(location, animated_until)
        redraw.state, redraw.changed_at = State.CHANGING, now
        return redraw

    def replaces(self, former: "PendingRedraw") -> None:
        """Take over what an announcement must not end."""
        self.is_forced = former.is_forced

    # What updates do

    def touch(self, location: Location, now: float) -> None:
        """Note that the record changes, or that its window is drawn."""
        self.location, self.changed_at = location, now
        self._go(State.CHANGING)

    def committed(self, version: str) -> None:
        """Note the version that the record has now, and that this process draws."""
        self.state, self.version = State.SETTLING, version
        # To draw a window again touches it, too; but then its version stays the same.
        if version != self.tried:
            self._start_afresh()

    def hurry(self) -> None:
        """Have the window drawn at the next check."""
        self.changed_at = 0.0
        self._go(State.OWED)

    def force(self) -> None:
        """Have the window drawn at the next check, even if its record does not change."""
        self.hurry()
        self.is_forced = True
        self._start_afresh()

    # What checks do

    def is_due(self, now: float) -> bool:
        """Tell whether to check the window now."""
        # In the middle of an update it is not known whether the message shows what is stored.
        is_animated = bool(self.animated_until) and self.state is not State.CHANGING
        return self.not_before <= now and (is_animated or self.changed_at < now - REST)

    def is_drawn(self, stored: StoredWindow) -> bool:
        """Tell whether this process has drawn the stored version, and no redraw is due."""
        return self._has(stored) and not (self.animated_until or self.is_forced)

    def is_animation(self, stored: StoredWindow) -> bool:
        """Tell whether the message shows the stored version, and only time has passed since."""
        return self._has(stored) and bool(self.animated_until)

    def is_overtaken(self, stored: StoredWindow, now: float) -> bool:
        """Tell whether another worker has changed the record since the last check, and note that.

        That worker draws its version, so nothing is drawn here before the record rests.
        """
        if not self.version or self.version == stored.version:
            return False
        self._go(State.OVERTAKEN)
        self.version, self.changed_at = stored.version, now
        return True

    def put_off(self, until: float) -> None:
        """Have the window wait for others."""
        self.not_before = until

    # What redraws do

    def begin(self, stored: StoredWindow, now: float, redis_now: float) -> None:
        """Note that the window is drawn again."""
        if self.animated_until < redis_now:
            self.animated_until = 0.0
        self.changed_at, self.is_forced, self.tried = now, False, stored.version
        self.was_shown = self._has(stored)
        self._go(State.DRAWING)

    def drawn(self) -> None:
        """Note that the window was drawn, and that Telegram has made the edit for sure.

        It is checked at once, because each commit of another worker until then leads to one more
        redraw.
        """
        if self._is_tried:
            self.committed(self.tried)
            self.changed_at = 0.0
            self._start_afresh()

    def unreachable(self, now: float) -> bool:
        """Note that Telegram may not have made the edit; tell whether the window is given up."""
        if not self._is_tried:
            return False
        self.was_shown = False
        self.unreachable_since = self.unreachable_since or now
        if now - self.unreachable_since >= DAY:
            self.drawn()
            return True
        self._owe_later(now, REST)
        return False

    def interrupted(self, now: float) -> None:
        """Note that Redis went away."""
        if self._is_tried:
            self._fall_back()
            self.not_before = now + REST

    def refused(self, now: float) -> None:
        """Note that the handlers refused for now, as they do while a database is away."""
        if self._is_tried:
            self._owe_later(now, PAUSE)

    def failed(self, now: float) -> None:
        """Note that the handlers failed; after some times the window is given up."""
        if not self._is_tried:
            return
        self.failures += 1
        if self.failures < TRIES:
            self._owe_later(now, PAUSE)
        else:
            # It may be a dialog of an older version. The next press draws it.
            self.drawn()

    @property
    def _is_tried(self) -> bool:
        """Whether no press has come since `begin`, and the window need not be drawn once more."""
        is_same = self.state is State.SETTLING and self.version == self.tried
        return self.state is State.DRAWING or is_same

    def _owe_later(self, now: float, pause: float) -> None:
        self._fall_back()
        self.delays += 1
        self.not_before = now + pause * 2 ** min(self.delays, DOUBLINGS)

    def _fall_back(self) -> None:
        """Owe the window. An animation's message still shows what it showed before."""
        self._go(State.SETTLING if self.was_shown else State.OWED)
        if self.was_shown:
            self.version = self.tried

    def _start_afresh(self) -> None:
        self.failures, self.delays, self.unreachable_since = 0, 0, None

    def _go(self, state: State) -> None:
        self.state, self.version, self.not_before = state, "", 0.0

    def _has(self, stored: StoredWindow) -> bool:
        return self.state is State.SETTLING and self.version == stored.version
