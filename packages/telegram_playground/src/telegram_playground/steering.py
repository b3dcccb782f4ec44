"""What a script can do to the playground itself: switch, trouble, let time pass, reset."""

from base64 import b64encode

from telegram_playground.connection import Connection


class Steering(Connection):
    """The part of a client that is about no person."""

    async def switch(self, **switches: bool) -> None:
        """Switch what @BotFather does, such as `inline` mode: all that stands in `Switches`."""
        await self.request("PATCH", "bot", dict(switches))

    async def trouble(self, kind: str, **fault: object) -> int:
        """Have something go wrong from now on, and give its number.

        Args:
            kind: `refuse`, `delay`, `hang`, `cut`, `lose`, `answer` for calls; `duplicate`,
                `reorder`, `alter` for updates.
            **fault: `method`, `chat`, `share`, `times`, `status`, `body` and so on, as
                `playground.faults.Fault` has them; `replace` with bytes.
        """
        if isinstance(replace := fault.get("replace"), dict):
            fault["replace"] = {text: b64encode(raw).decode() for text, raw in replace.items()}
        return int((await self.request("POST", "faults", {"kind": kind, **fault}))["id"])

    async def seed(self, number: int) -> None:
        """Start the dice of faults anew, so that the same calls meet the same trouble."""
        await self.request("POST", "faults/seed", {"seed": number})

    async def calm(self, number: int | None = None) -> None:
        """Switch one fault off, or all."""
        await self.request("DELETE", "faults" if number is None else f"faults/{number}")

    async def limit(self, *, on: bool = True, **limits: float) -> None:
        """Switch rate limits on or off: `overall`, `chat`, `burst`, `group`."""
        await self.request("PUT", "limits", {"on": on, **limits})

    async def reset(self) -> None:
        """Forget all persons, chats and updates."""
        await self.request("POST", "reset")

    async def advance(self, seconds: float) -> None:
        """Let time pass in the playground at once."""
        await self.request("POST", "advance", {"seconds": seconds})
