"""What a script can do to the playground itself: switches, faults, rate limits, time, reset."""

from base64 import b64encode

from telegram_playground.connection import Connection


class Steering(Connection):
    """The part of a client that changes the playground itself."""

    async def switch(self, **switches: bool) -> None:
        """Switch what @BotFather switches for a real bot.

        Args:
            **switches: `inline`, `inline_feedback`, `managed_bots`, `games`, `login_domain` and
                `privacy`; those that are left out stay as they are.

        Raises:
            PlaygroundError: If there is no such switch.
        """
        await self.request("PATCH", "bot", dict(switches))

    async def trouble(self, kind: str, **fault: object) -> int:
        """Switch a fault on.

        Args:
            kind: `refuse`, `delay`, `hang`, `cut`, `lose` or `answer` for calls; `duplicate`,
                `reorder` or `alter` for updates.
            **fault: `method`, `chat`, `share`, `times`, `status`, `retry_after`, `seconds`, `body`
                and so on, with the meanings and units of `telegram_playground.faults.Fault`. The
                values of `replace` are bytes.

        Returns:
            The number of the fault, by which `calm` switches it off.

        Raises:
            PlaygroundError: If a field is unknown or its value is wrong.
        """
        if isinstance(replace := fault.get("replace"), dict):
            fault["replace"] = {text: b64encode(raw).decode() for text, raw in replace.items()}
        return int((await self.request("POST", "faults", {"kind": kind, **fault}))["id"])

    async def seed(self, number: int) -> None:
        """Seed the random numbers of faults, so that the same calls meet the same faults.

        Args:
            number: The seed; 0 at first.
        """
        await self.request("POST", "faults/seed", {"seed": number})

    async def calm(self, number: int | None = None) -> None:
        """Switch a fault off.

        Args:
            number: The number of the fault; all faults if `None`.

        Raises:
            PlaygroundError: If there is no fault of that number.
        """
        await self.request("DELETE", "faults" if number is None else f"faults/{number}")

    async def limit(self, *, on: bool = True, **limits: float) -> None:
        """Set the rate limits, which are off at first.

        Args:
            on: Whether they apply.
            **limits: `overall`: calls a second over all chats (30). `chat`: calls a second in one
                chat (1). `burst`: calls in one chat that pass at once (5). `group`: calls a minute
                in one group (20).

        Raises:
            PlaygroundError: If a limit is unknown or not positive.
        """
        await self.request("PUT", "limits", {"on": on, **limits})

    async def reset(self) -> None:
        """Delete all persons, chats, messages and updates; the bot's own settings stay."""
        await self.request("POST", "reset")

    async def advance(self, seconds: float) -> None:
        """Move the playground's clock forward; everything that is due by then happens at once.

        Args:
            seconds: How far, from 0 to 2^30.

        Raises:
            PlaygroundError: If the number is out of range.
        """
        await self.request("POST", "advance", {"seconds": seconds})
