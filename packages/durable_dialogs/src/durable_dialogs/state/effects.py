"""What an update leaves to be shown, told and done once it has counted."""

from collections.abc import Callable, Mapping
from typing import Any

from aiogram.methods import TelegramMethod

from durable_dialogs.state.outcome import Answer, Drawing, Outcome


class Effects:
    """What handlers say; nothing of it happens before the commit, nor if there is none.

    Attributes:
        outcome: What has become of the update.
        drawings: What is to be drawn, in order.
        methods: What is to be called.
        sequels: What this process does besides.
        reply: What the person who pressed is told.
        late_reply: What they are told instead of nothing if the message can't follow soon.
        undelivered_reply: What they are told if what they sent off can't arrive soon.
        redraws: Stacks whose windows are to be drawn again as they stand.
        opener: Whose the windows are that it opens, None for who has sent the update.
        speaks_anew: Whether that person's windows are to be drawn again as they stand,
            in whichever chats.
        is_shown: Whether its windows stand on their messages already, because somebody has
            just posted them.
        moves_for: Seconds for which its windows change by themselves and are drawn again
            and again.
    """

    def __init__(self) -> None:
        self.outcome = Outcome.DONE
        self.drawings: list[Drawing] = []
        self.methods: list[TelegramMethod[Any]] = []
        self.sequels: list[Callable[[], object]] = []
        self.reply = Answer()
        self.late_reply = Answer()
        self.undelivered_reply = Answer()
        self.redraws: list[str] = []
        self.opener: int | None = None
        self.speaks_anew = False
        self.is_shown = False
        self.moves_for = 0.0
        self._outbox: dict[str, str] = {}

    def answer(
        self,
        text: str | None = None,
        *,
        alert: bool = False,
        url: str | None = None,
        cache_time: int | None = None,
    ) -> None:
        """Tell the person who pressed something, once the press has counted.

        Args:
            text: At most 200 characters.
            alert: Whether it stays until it is closed.
            url: What their client opens: `t.me/<bot>?start=...`, or the page of a game (Bot API,
                answerCallbackQuery).
            cache_time: Seconds for which their client repeats the answer by itself: the
                same press does not come here meanwhile.
        """
        self.reply = Answer(text, alert, url, cache_time)

    def answer_late(self, text: str) -> None:
        """Tell the person who pressed something if the message can't follow soon.

        Args:
            text: At most 200 characters.
        """
        self.late_reply = Answer(text)

    @property
    def has_reply(self) -> bool:
        """Whether the person who pressed is told the same whether or not the message follows."""
        return self.reply != Answer() or self.late_reply == Answer()

    def call(self, method: TelegramMethod[Any]) -> None:
        """Have a method of the Bot API called once the update has counted."""
        self.methods.append(method)

    def then(self, sequel: Callable[[], object]) -> None:
        """Have something done in this process once the update has counted; a kill may lose it."""
        self.sequels.append(sequel)

    def deliver(self, entry_id: str, payload: str, *, late: str | None = None) -> None:
        """Have something delivered outside of Redis, surely and at least once.

        It is written down in the same step as the dialog.

        Args:
            entry_id: What the receiver recognises a repetition by.
            payload: What the receiver of the outbox understands.
            late: What the person who pressed is told if the receiver is away.
        """
        self._outbox[entry_id] = payload
        self.undelivered_reply = Answer(late)

    @property
    def outbox(self) -> Mapping[str, str]:
        """What is to be delivered, by id."""
        return self._outbox
