"""What an update shows, says and does once it is committed."""

from collections.abc import Callable, Mapping
from typing import Any

from aiogram.methods import TelegramMethod

from durable_dialogs.state.location import Location
from durable_dialogs.state.outcome import Answer, Drawing, Outcome

BACKGROUND = "bg:"
"""How the ids of outbox entries begin that hold updates of background managers."""

UPGRADE = "upgrade:"
"""How the ids of outbox entries begin that move the dialogs of a group; see `upgrade_of`."""


class Effects:
    """Effects that handlers ask for. They happen after the commit, or not at all.

    Attributes:
        outcome: How the update ended.
        drawings: The windows to draw, in order.
        methods: The methods of the Bot API to call.
        sequels: The callables to call in this process.
        reply: The answer to the press.
        late_reply: The answer if `reply` is empty and the message can't follow soon.
        undelivered_reply: The answer if an outbox entry can't be delivered soon.
        background: The outbox entries of updates that background managers make, by entry id.
        redraws: The ids of stacks whose windows must be drawn again unchanged.
        asked: Where a person asks for what the update sends, None if no person does.
        opener: The person who gets the windows that the update opens, None for the update's sender.
        redraw_all_windows: Whether to draw all windows of the update's sender again, in all
            chats, because their language has changed.
        is_shown: Whether the update's messages already show its windows, because the person has
            just posted them through inline mode.
        animated_for: Seconds for which the update's windows change with time, so that they must
            be drawn again and again.
    """

    def __init__(self) -> None:
        self.outcome = Outcome.DONE
        self.drawings: list[Drawing] = []
        self.methods: list[TelegramMethod[Any]] = []
        self.sequels: list[Callable[[], object]] = []
        self.reply = Answer()
        self.late_reply = Answer()
        self.undelivered_reply = Answer()
        self.background: dict[str, str] = {}
        self.redraws: list[str] = []
        self.asked: Location | None = None
        self.opener: int | None = None
        self.redraw_all_windows = False
        self.is_shown = False
        self.animated_for = 0.0
        self._outbox: dict[str, str] = {}

    def withdraw(self) -> None:
        """Take back all that was asked for, but not how the update ended."""
        outcome = self.outcome
        Effects.__init__(self)
        self.outcome = outcome

    def answer(
        self,
        text: str | None = None,
        *,
        alert: bool = False,
        url: str | None = None,
        cache_time: int | None = None,
    ) -> None:
        """Answer the press after the commit.

        Args:
            text: The notification, at most 200 characters.
            alert: Whether the client shows the text until the person closes it.
            url: The link that the client opens: `t.me/<bot>?start=...`, or the page of a game
                (Bot API, answerCallbackQuery).
            cache_time: Seconds for which the client repeats the answer without asking the bot.
        """
        self.reply = Answer(text, alert, url, cache_time)

    def answer_late(self, text: str) -> None:
        """Answer the press with this if the message can't follow soon.

        Args:
            text: The notification, at most 200 characters.
        """
        self.late_reply = Answer(text)

    @property
    def has_reply(self) -> bool:
        """Whether the answer to the press is the same whether or not the message follows soon."""
        return self.reply != Answer() or self.late_reply == Answer()

    def call(self, method: TelegramMethod[Any]) -> None:
        """Call a method of the Bot API after the commit."""
        self.methods.append(method)

    def after_commit(self, sequel: Callable[[], object]) -> None:
        """Call something in this process after the commit; if the process is killed, it is lost."""
        self.sequels.append(sequel)

    def deliver(self, entry_id: str, payload: str, *, late: str | None = None) -> None:
        """Put an entry into the outbox, in the same commit, to be delivered at least once.

        Args:
            entry_id: The entry's id, by which the receiver recognises a repetition.
            payload: The content, in the receiver's format.
            late: The answer to the press if the receiver is away.

        Raises:
            ValueError: The engine itself uses such an id.
        """
        if entry_id.startswith(BACKGROUND):
            raise ValueError(f"ids that begin with {BACKGROUND!r} are the engine's own")
        self._outbox[entry_id] = payload
        self.undelivered_reply = Answer(late)

    @property
    def outbox(self) -> Mapping[str, str]:
        """The payloads that the press waits for, by entry id."""
        return self._outbox

    @property
    def entries(self) -> Mapping[str, str]:
        """All that the commit writes into the outbox, by entry id."""
        return self._outbox | self.background
