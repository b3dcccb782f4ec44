"""Updates read preferences: one query a person, and the answers come in order."""

import asyncio
from typing import cast

from redis.asyncio import Redis

from db.preferences import Preferences, PreferenceStore
from durable_dialogs.state.keys import BotKeys
from locales import Catalog
from people.preferences import People

TURNS = 50
"""Iterations of the event loop that the first answer takes."""


class Slow:
    """Stands in for the database: the first query is answered last."""

    def __init__(self) -> None:
        self.questions = 0

    async def get(self, _user_id: int) -> Preferences:
        """Give an answer; the first query waits for the others."""
        self.questions += 1
        for _ in range(TURNS // self.questions):
            await asyncio.sleep(0)
        return Preferences()


async def test_updates_of_a_person_who_is_not_cached_stay_in_order(redis: Redis) -> None:
    store = Slow()
    people = People(cast("PreferenceStore", store), redis, BotKeys(1), Catalog(), lambda _: None)
    passed: list[int] = []

    async def update(number: int) -> None:
        await people.preferences(7)
        passed.append(number)

    updates = []
    # One in each iteration of the event loop: before the answer, as it comes, and after it.
    for number in range(3 * TURNS):
        updates.append(asyncio.create_task(update(number)))
        await asyncio.sleep(0)
    await asyncio.gather(*updates)
    assert passed == list(range(3 * TURNS))
    assert store.questions == 1
