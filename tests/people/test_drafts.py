"""Drafts of inline counters: as few entries of Redis as there are different offers."""

from datetime import UTC, date, datetime, tzinfo

import orjson
import pytest
from redis.asyncio import Redis

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from people import drafts as rules
from people.drafts import WEEK, Drafts

TEA = {"poster": 5, "language": "en", "spoken": "en", "label": "tea", "steps": [-1, 1]}


@pytest.fixture
def drafts(redis: Redis) -> Drafts:
    """Return the drafts of a bot."""
    return Drafts(redis, Batch(redis), BotKeys(7), "7:ABC")


async def kept(redis: Redis) -> int:
    """Return how many drafts Redis keeps."""
    return len(await redis.keys("dialogs:{7}:draft:*"))


async def test_what_is_offered_again_is_the_same_entry_under_another_name(
    drafts: Drafts, redis: Redis
) -> None:
    names = {await drafts.keep(TEA) for _ in range(20)}
    assert len(names) == 20
    assert await kept(redis) == 1
    for name in names:
        assert await drafts.find(name) == TEA


@pytest.mark.parametrize(
    "other",
    [{"poster": 6}, {"label": "coffee"}, {"steps": [-2, 2]}, {"spoken": "ru"}, {"language": None}],
    ids=str,
)
async def test_each_different_offer_is_an_entry(
    drafts: Drafts, redis: Redis, other: dict[str, object]
) -> None:
    first, second = await drafts.keep(TEA), await drafts.keep({**TEA, **other})
    assert await kept(redis) == 2
    assert await drafts.find(first) == TEA
    assert await drafts.find(second) == {**TEA, **other}


async def test_a_person_who_types_for_ever_fills_nothing_but_their_own_share(
    drafts: Drafts, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST", 3)
    foreign = await drafts.keep({**TEA, "poster": 6})
    names = [await drafts.keep({**TEA, "label": f"{number}"}) for number in range(4)]
    # Offered again, so it is not the oldest any more.
    await drafts.keep({**TEA, "label": "1"})
    names.append(await drafts.keep({**TEA, "label": "4"}))
    found = [await drafts.find(name) for name in names]
    assert [draft and draft["label"] for draft in found] == [None, "1", None, "3", "4"]
    assert await drafts.find(foreign)
    assert await kept(redis) == 4
    for key in await redis.keys("*"):
        assert 0 < await redis.ttl(key) <= WEEK


async def test_a_later_offer_keeps_a_draft_for_another_week(drafts: Drafts, redis: Redis) -> None:
    await drafts.keep(TEA)
    (key,) = await redis.keys("dialogs:{7}:draft:*")
    await redis.expire(key, 60)
    await drafts.keep(TEA)
    assert await redis.ttl(key) > WEEK - 60


async def test_a_message_of_a_former_day_does_not_find_what_is_offered_today(
    drafts: Drafts, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Tomorrow(datetime):
        """The clock of the next day."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Tomorrow":
            """Return a time of the next day."""
            day = datetime.now(tz).date().toordinal() + 1
            return cls.combine(date.fromordinal(day), cls.min.time(), UTC)

    former = await drafts.keep(TEA)
    (key,) = await redis.keys("dialogs:{7}:draft:*")
    monkeypatch.setattr(rules, "datetime", Tomorrow)
    await drafts.keep(TEA)
    await redis.delete(key)  # it has expired
    assert await drafts.find(former) is None


async def test_drafts_of_a_former_version_are_found(drafts: Drafts, redis: Redis) -> None:
    await redis.set("dialogs:{7}:draft:AAAAAAAAAA-", orjson.dumps(TEA), ex=WEEK)
    assert await drafts.find("AAAAAAAAAA-") == TEA


async def test_another_token_gives_other_ids(drafts: Drafts, redis: Redis) -> None:
    await drafts.keep(TEA)
    await Drafts(redis, Batch(redis), BotKeys(7), "7:DEF").keep(TEA)
    assert await kept(redis) == 2


async def test_names_fit_into_callback_data(drafts: Drafts) -> None:
    name = await drafts.keep(TEA)
    assert name.replace("-", "").replace("_", "").isalnum()
    assert len(f"inline:{name}:confirm") <= 64
