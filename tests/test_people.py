"""What people have chosen, as updates ask for it: once, and in their order."""

import asyncio
from typing import cast

from redis.asyncio import Redis

from db.preferences import Preferences, PreferenceStore
from locales import Catalog
from people import People


class Slow:
    """Stands in for the database: who asks first is answered last."""

    def __init__(self) -> None:
        self.questions = 0

    async def get(self, _user_id: int) -> Preferences:
        """Give an answer, the first after the others."""
        self.questions += 1
        await asyncio.sleep(0.2 / self.questions)
        return Preferences()


async def test_updates_of_a_person_nobody_knows_yet_stay_in_order(redis: Redis) -> None:
    store = Slow()
    people = People(cast("PreferenceStore", store), redis, 1, Catalog(), lambda _: None)
    passed: list[int] = []

    async def update(number: int) -> None:
        await people.preferences(7)
        passed.append(number)

    updates = [asyncio.create_task(update(number)) for number in range(10)]
    # Comes as soon as the answer is there, while the others have not gone on yet.
    while 7 not in people._known:  # noqa: SLF001 - nothing else tells
        await asyncio.sleep(0)
    updates.append(asyncio.create_task(update(10)))
    await asyncio.gather(*updates)
    assert passed == list(range(11))
    assert store.questions == 1
