"""The bot on a cluster: each feature that uses Redis works there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.crc import key_slot

from durable_dialogs.redis.address import parse
from durable_dialogs.redis.connection import connect
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import AwayError, DialogStore
from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals_changes import open_data
from tests.dialogs.test_totals_export import receive_document
from tests.handlers.test_inline import post
from tests.handlers.test_stats import ask, taps_today
from tests.promises.test_upgrade import counter_in, find
from tests.support.choosing import choose, until
from tests.support.clusters import TallyCluster
from tests.support.cuts import goes_on_after_cuts
from tests.support.groups import ending, make_group
from tests.support.nursery import START
from tests.support.refusals import refusal
from tests.support.servers import PASSWORD, PROTECTED, Server
from tests.support.tally import Tally

ADMIN = 4242
KEYS = BotKeys(7, "tally")


@pytest.fixture(scope="module")
async def tally(
    playground: Playground, cluster: TallyCluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give a bot on the cluster; a test may end it if it starts it again."""
    data = tmp_path_factory.mktemp("tally") / "data"
    settings = {"REDIS_URL": cluster.url, "REDIS_WAIT": "1", "ADMIN_IDS": str(ADMIN)}
    async with Tally.on(playground, data, **settings).running() as own:
        yield own
        assert await own.stop() == 0


@pytest.fixture
async def people(playground: Playground, tally: Tally) -> list[Person]:  # noqa: ARG001 - it serves them
    """Give people whose chats are on all nodes, new to the bot."""
    names = ["Ann", "Boris", "Clara", "Dan", "Eve", "Fay"]
    return [await playground.person(name, language_code="en") for name in names]


async def tapped(person: Person, taps: int) -> Message:
    """Have a person open a counter and tap +1 on it."""
    counter = await open_counter(person, f"/numbers {person.id}")
    for _ in range(taps):
        await person.press(counter, "+1", timeout=START)
    return counter


async def test_after_a_kill_counters_on_all_nodes_go_on_and_save_one_row_each(
    playground: Playground, tally: Tally, people: list[Person]
) -> None:
    counters = [await tapped(person, taps) for taps, person in enumerate(people)]
    await tally.kill()
    for person, counter in zip(people, counters, strict=True):
        await person.press(counter, "+1", timeout=0)
    await tally.start()
    for taps, (person, counter) in enumerate(zip(people, counters, strict=True)):
        await person.until(counter, ending(f"Specify the number: {taps + 1}"))
        await person.press(counter, "Confirm")
        await person.until(counter, ending(f"Total: {taps + 1}"))
    await playground.repeat()
    await playground.until_pending(0)
    for taps, person in enumerate(people):
        await tally.until_totals(person, 1)
        assert [row["value"] for row in tally.totals(person)] == [taps + 1]


async def test_an_inline_counter_is_posted_tapped_and_confirmed(
    playground: Playground, tally: Tally, people: list[Person]
) -> None:
    ann, boris, *_ = people
    group = await playground.group("Elsewhere", members=people, bot="left")
    for number in range(3):
        counter = await post(ann, group, f"c{number}")
        await boris.press(counter, "+1")
        await ann.until(counter, ending("Specify the number: 1"))
        await ann.press(counter, "Confirm")
        await ann.until(counter, ending("Total: 1"))
    await tally.until_totals(ann, 3)


async def test_a_chosen_language_shows_at_once_in_windows_on_all_nodes(
    playground: Playground, people: list[Person]
) -> None:
    ann, *_ = people
    shared = []
    for _ in range(3):
        group = await make_group(playground, people)
        shared.append(await counter_in(ann, group, "/numbers shared"))
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Language", "Русский")
    for counter in shared:
        await until(ann, counter, "shared\nУкажите число: 0")


async def test_open_counters_go_on_after_their_group_moves_to_another_node(
    playground: Playground, people: list[Person]
) -> None:
    ann, boris, *_ = people
    for taps in range(1, 4):
        old = await make_group(playground, people, type="group")
        await counter_in(ann, old, f"/numbers tea{taps}", taps=taps)
        new = await old.upgrade()
        tea = await find(ann, new, f"tea{taps}")
        await boris.press(tea, "+1")
        await ann.until(tea, ending(f"Specify the number: {taps + 1}"))


async def test_totals_come_as_a_document(
    playground: Playground, tally: Tally, people: list[Person]
) -> None:
    *_, eve = people
    await tally.add_totals(eve, [5, 7])
    data = await open_data(eve)
    await eve.press(data, "As CSV")
    name, _ = await receive_document(playground, eve)
    assert name == "totals.csv"


async def test_taps_are_in_the_statistics(playground: Playground, tally: Tally) -> None:
    del tally  # It must run.
    admin = await playground.person("Admin", id=ADMIN, language_code="en")
    before = taps_today(await ask(admin))
    await tapped(admin, 3)
    assert taps_today(await ask(admin)) == before + 3


async def test_an_address_for_one_server_is_refused_for_a_cluster_and_vice_versa(
    cluster: TallyCluster, tmp_path: Path
) -> None:
    address = f":{PASSWORD}@127.0.0.1:{cluster.servers[0].port}"
    line = await refusal(f"redis://{address}")
    assert (
        line
        == "REDIS_URL: the server there is a cluster, so the address must begin with redis+cluster://"
    )
    assert "No master found" in await refusal(f"redis+sentinel://{address}/tally")
    server = await Server(tmp_path, config=PROTECTED).start()
    try:
        line = await refusal(f"redis+cluster://:{PASSWORD}@127.0.0.1:{server.port}")
        assert line.endswith("Cluster mode is not enabled on this node")
    finally:
        await server.end()


async def test_redis_counts_as_away_while_a_slot_migrates_and_works_afterwards(
    cluster: TallyCluster,
) -> None:
    chat = KEYS.chat(7)
    slot = key_slot(chat.tag.encode())
    source = await cluster.master_of(chat.tag)
    target = next(server for server in cluster.servers if server is not source)
    names = {server.port: await server.ask("CLUSTER MYID") for server in (source, target)}
    async with AsyncExitStack() as parts:
        redis, batch = connect(parse(cluster.url), 1, parts)
        await redis.ping()
        store = DialogStore(redis, batch, KEYS, 60)
        await target.ask("CLUSTER SETSLOT", slot, "IMPORTING", names[source.port])
        await source.ask("CLUSTER SETSLOT", slot, "MIGRATING", names[target.port])
        record = Record(chat.record("counter"), stack={"_id": "counter"})
        for _ in range(3):
            with pytest.raises(AwayError):
                await store.load(chat, update_id=1, record=record.key)
            with pytest.raises(AwayError):
                await store.commit(chat, [record], done=1)
        for server in (target, source):
            await server.ask("CLUSTER SETSLOT", slot, "NODE", names[target.port])
        assert await store.commit(chat, [record], done=1)
        loaded = await store.load(chat, update_id=1, record=record.key)
        assert loaded.done == [record.key]


async def test_commands_work_after_nodes_closed_idle_connections(cluster: TallyCluster) -> None:
    masters = [server for server in cluster.servers if await server.is_master()]
    await goes_on_after_cuts(cluster.url, *masters)
