"""A server of a cluster dies under load: each answered press counts once, and the bot goes on."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from durable_dialogs.state.keys import BotKeys
from telegram_playground import Answer, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.choosing import choose
from tests.support.clusters import TallyCluster
from tests.support.groups import ending
from tests.support.nursery import START
from tests.support.servers import until
from tests.support.tally import Tally
from tests.support.tapping import Tapping, begin
from tests.support.workers import working


@pytest.fixture(scope="module")
async def pair(
    playground: Playground, cluster: TallyCluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[Tally]]:
    """Give two workers on the cluster that wait for a replica, behind a patient balancer."""
    folder = tmp_path_factory.mktemp("pair")
    urls = [cluster.url] * 2
    async with working(playground, folder, urls, patience=START, REDIS_WAIT="1") as running:
        yield [tally for tally, _ in running]


async def saved(tally: Tally, tapping: Tapping) -> None:
    """Have a person confirm; see one row with the number of presses that were not refused."""
    value = await tapping.finish()
    await tally.until_totals(tapping.person, 1)
    assert [row["value"] for row in tally.totals(tapping.person)] == [value]


def chat_of(playground: Playground, person: Person) -> str:
    """Give the prefix of all keys of a person's private chat."""
    return BotKeys(playground.bot.id, "tally").chat(person.id).tag


async def test_taps_count_once_when_a_master_is_killed(
    playground: Playground, cluster: TallyCluster, pair: list[Tally]
) -> None:
    tappings = await begin(playground, 6)
    for tapping in tappings:
        await tapping.until_counted(5)
    concerned = chat_of(playground, tappings[0].person)
    await fail_over(cluster, concerned)
    for tapping in tappings:
        await tapping.until_counted(5)
    await asyncio.gather(*(saved(pair[0], tapping) for tapping in tappings))


@pytest.mark.thorough
async def test_taps_count_once_when_a_replica_takes_over(
    playground: Playground, cluster: TallyCluster, pair: list[Tally]
) -> None:
    (tapping,) = await begin(playground, 1)
    await tapping.until_counted(5)
    chat = chat_of(playground, tapping.person)
    master = await cluster.master_of(chat)
    await cluster.partner_of(master).ask("CLUSTER FAILOVER")
    await until(cluster.partner_of(master).is_master)
    await cluster.until_whole()
    await tapping.until_counted(5)
    await saved(pair[0], tapping)


async def fail_over(cluster: TallyCluster, key: str) -> None:
    """Kill the master of a key, wait until its replica takes over, and start it as a replica."""
    master = await cluster.master_of(key)
    await master.end()
    await until(cluster.partner_of(master).is_master)
    await master.start()
    await cluster.until_whole()


def unclear(pair: list[Tally]) -> int:
    """Count the commits about which the workers were in doubt."""
    return sum(entry["event"] == "commit_unclear" for tally in pair for entry in tally.logged())


async def test_an_update_is_not_acknowledged_before_a_replica_has_it(
    playground: Playground, cluster: TallyCluster, pair: list[Tally]
) -> None:
    ann = await playground.person("Ann", language_code="en")
    counter = await open_counter(ann)
    replica = cluster.partner_of(await cluster.master_of(chat_of(playground, ann)))
    before = unclear(pair)
    replica.stop_for_now()
    try:
        press = asyncio.create_task(ann.press(counter, "+1", timeout=START))
        async with asyncio.timeout(START):
            while unclear(pair) < before + 2:
                await asyncio.sleep(0.02)
        assert not press.done()
        assert await playground.pending() == 1
    finally:
        replica.go_on()
    assert await press == Answer(None)
    await ann.until(counter, ending("Specify the number: 1"))
    await ann.press(counter, "+1", timeout=START)
    await ann.until(counter, ending("Specify the number: 2"))


@pytest.mark.thorough
async def test_a_setting_chosen_at_one_worker_holds_at_both_after_pubsub_was_lost(
    playground: Playground, cluster: TallyCluster, pair: list[Tally]
) -> None:
    assert len(pair) == 2  # The balancer gives each worker every other press.
    ann = await playground.person("Ann", language_code="en")
    counter, settings = await open_counter(ann), await open_counter(ann, "/settings")
    await fail_over(cluster, f"tally:{{{playground.bot.id}}}")
    await choose(ann, settings, "Language", "Русский")
    value, in_russian = 0, 0
    async with asyncio.timeout(START):
        while in_russian < 4:
            value += 1
            await ann.press(counter, "+1", timeout=START)
            shown = await ann.until(counter, partial(shows, value), timeout=START)
            in_russian = in_russian + 1 if "Укажите" in (shown.text or "") else 0


def shows(value: int, counter: Message) -> bool:
    """Make a condition: a counter shows a value, in any language."""
    return (counter.text or "").endswith(f": {value}")
