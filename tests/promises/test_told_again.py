"""A press that is told to try again has not counted, and does not count after a restart either."""

import asyncio
from pathlib import Path

from telegram_playground import Playground
from tests.dialogs.test_counter import open_counter
from tests.support.nursery import START
from tests.support.presses import AGAIN, PATIENCE
from tests.support.proxy import COMMIT, Mishap, redis_by_proxy
from tests.support.tally import Tally


async def test_a_press_that_comes_again_beside_one_in_doubt_is_not_told_to_be_tried_again(
    own_playground: Playground, own_tally: Tally, tmp_path: Path
) -> None:
    async with redis_by_proxy(tmp_path / "redis") as proxy:
        own_tally.settings["REDIS_URL"] = proxy.url
        await own_tally.start()
        ann, boris, carl = [await own_playground.person(name) for name in ("Ann", "Boris", "Carl")]
        mine, his = await open_counter(ann), await open_counter(boris)
        # After a restart the bot knows her preferences but not his. So his press loads its record
        # later than hers, and not in the same batch.
        await own_tally.stop()
        await own_tally.start()
        await ann.press(mine, "+1")
        await ann.until(mine, text="Specify the number: 1")
        await own_playground.until_pending(0)
        commit = proxy.trap(Mishap.HOLD, COMMIT)
        load = proxy.trap(Mishap.HOLD, f":{boris.id}}}:done:".encode())
        with own_tally.frozen():
            # His message ends the request that is open, so that the next one brings both presses.
            await carl.send("hi")
            await own_playground.until_pending(1)
            first = asyncio.create_task(ann.press(mine, "+1", timeout=PATIENCE))
            await own_playground.until_pending(2)
            second = asyncio.create_task(boris.press(his, "+1", timeout=PATIENCE))
            await own_playground.until_pending(3)
        await asyncio.wait_for(commit.caught.wait(), START)
        await asyncio.wait_for(load.caught.wait(), START)
        async with proxy.off():
            await own_tally.until_logged("commit_unclear")
            await asyncio.wait({second}, timeout=2)
            assert await own_tally.stop() == 0
        commit.released.set()
        load.released.set()
        await own_tally.start()
        told = [await first, await second]
        await own_playground.until_pending(0)
        for person, counter, before, answer in zip(
            (ann, boris), (mine, his), (1, 0), told, strict=True
        ):
            value = before + (answer != AGAIN)
            await person.press(counter, "+1", timeout=PATIENCE)
            await person.until(counter, text=f"Specify the number: {value + 1}")
        assert await own_tally.stop() == 0
