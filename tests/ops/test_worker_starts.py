"""Workers that die or hang at their start: restarted after growing pauses, then given up."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from ops import supervisor, worker_process
from ops.errors import OperatorError
from ops.supervisor import WorkerSlot
from tests.support.nursery import START


def working(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Run this code in place of each worker."""
    program = folder / "worker.py"
    program.write_text(code)
    monkeypatch.setattr(worker_process, "MAIN", program)


def slots(count: int = 1) -> list[WorkerSlot]:
    """Give slots without an environment."""
    made: list[WorkerSlot] = []
    made.extend(WorkerSlot(number, count, {}, made) for number in range(1, count + 1))
    return made


async def serve(slot: WorkerSlot) -> None:
    """Keep a slot's worker until it serves, and end it."""
    keeping = asyncio.create_task(slot.keep())
    async with asyncio.timeout(START):
        while not slot.serves:
            await asyncio.sleep(0.02)
    keeping.cancel()
    await slot.end()


async def test_the_supervisor_gives_up_after_some_tries_if_no_worker_has_ever_served(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    working(monkeypatch, tmp_path, f"open({str(starts)!r}, 'a').write('.'); exit(7)")
    monkeypatch.setattr(supervisor, "PAUSE", 0.01)
    with (
        capture_logs(),
        pytest.raises(OperatorError, match="no worker starts; the last error: exit status 7"),
    ):
        await asyncio.wait_for(slots()[0].keep(), START)
    assert len(starts.read_text()) == supervisor.TRIES


async def test_the_pause_doubles_after_each_failed_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    working(monkeypatch, tmp_path, "exit(7)")
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(supervisor, "asyncio", SimpleNamespace(**vars(asyncio) | {"sleep": sleep}))
    monkeypatch.setattr(supervisor, "PAUSE", 0.2)
    with capture_logs(), pytest.raises(OperatorError):
        await asyncio.wait_for(slots()[0].keep(), START)
    assert pauses == [0.2, 0.4, 0.8, 1.6]


async def test_a_process_that_can_not_be_started_counts_as_dead(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))  # gone for an upgrade
    monkeypatch.setattr(supervisor, "PAUSE", 0.01)
    with capture_logs(), pytest.raises(OperatorError, match="can't be started: No such file"):
        await asyncio.wait_for(slots()[0].keep(), START)


async def test_a_worker_that_has_failed_for_days_is_still_restarted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    working(monkeypatch, tmp_path, "exit(7)")
    monkeypatch.setattr(supervisor, "PAUSE", 0.0)
    monkeypatch.setattr(supervisor, "TRIES", 2000)
    (slot,) = slots()
    monkeypatch.setattr(slot, "_failed", 1500)
    with capture_logs() as logs:
        keeping = asyncio.create_task(slot.keep())
        async with asyncio.timeout(START):
            while len(logs) < 3:
                await asyncio.sleep(0.02)
        assert not keeping.done()
        keeping.cancel()
    assert {line["event"] for line in logs} == {"worker_died"}


async def test_a_worker_that_hangs_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    code = f"""
import pathlib, sys, time
seen = pathlib.Path({str(seen)!r})
if seen.exists():
    print("started", flush=True)
seen.touch()
time.sleep(600)
"""
    working(monkeypatch, tmp_path, code)
    monkeypatch.setattr(worker_process, "START", 5.0)
    monkeypatch.setattr(supervisor, "PAUSE", 0.01)
    with capture_logs() as logs:
        await serve(slots()[0])
    # On a busy machine the next worker may take longer, too, and be replaced as well.
    assert {line["error"] for line in logs} == {"does not serve after 5 s"}


async def test_a_worker_that_waits_for_telegram_does_not_count_as_hung(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = """
import time
for said in ["waiting"] * 6 + ["started"]:
    time.sleep(0.5)
    print(said, flush=True)
time.sleep(600)
"""
    working(monkeypatch, tmp_path, code)
    monkeypatch.setattr(worker_process, "START", 2.5)
    with capture_logs() as logs:
        await serve(slots()[0])
    assert logs == []


async def test_a_worker_and_its_replacement_write_to_different_metrics_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    code = f"""
import os, time
open({str(said)!r}, "a").write(os.environ["TALLY_METRICS_NUMBER"] + " ")
print("started", flush=True)
time.sleep(600)
"""
    working(monkeypatch, tmp_path, code)
    one, _ = slots(2)
    keeping = asyncio.create_task(one.keep())
    with capture_logs():
        async with asyncio.timeout(START):
            while not one.serves:
                await asyncio.sleep(0.02)
            assert await one.renew()
            assert await one.renew()
    keeping.cancel()
    await one.end()
    assert said.read_text().split() == ["1", "3", "1"]
