"""The folder with the metrics of workers does not grow, however often workers die."""

import multiprocessing
import os
import signal
import tempfile
from pathlib import Path

import pytest

from ops.metrics_files import (
    LOCK,
    NUMBER,
    PREFIX,
    begin_files,
    files_to_add_up,
    living,
    metrics_folder,
)


def test_a_worker_goes_on_in_the_files_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NUMBER, "3")
    for name in ("counter_3.db", "gauge_livesum_3.db", "gauge_livesum_4.db"):
        (tmp_path / name).touch()
    (tmp_path / "3.pid").write_text("1000000000")
    assert begin_files(tmp_path) == 3
    assert sorted(file.name for file in tmp_path.glob("*.db")) == [
        "counter_3.db",
        "gauge_livesum_4.db",
    ]
    assert living(tmp_path) == {3: os.getpid()}


def test_counters_of_dead_workers_count_and_their_live_gauges_do_not(tmp_path: Path) -> None:
    for name in ("counter_3.db", "gauge_livesum_3.db", "counter_4.db", "gauge_livesum_4.db"):
        (tmp_path / name).touch()
    (tmp_path / "3.pid").write_text("1000000000")
    (tmp_path / "4.pid").write_text(str(os.getpid()))
    found = sorted(Path(name).name for name in files_to_add_up(tmp_path))
    assert found == ["counter_3.db", "counter_4.db", "gauge_livesum_4.db"]


def hold(name: str) -> None:
    """Hold a folder until killed."""
    with metrics_folder() as folder:
        Path(name).write_text(folder)
        signal.pause()


def test_the_folder_of_a_killed_process_is_removed_and_one_in_use_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said = tmp_path / "said"
    process = multiprocessing.get_context("fork").Process(target=hold, args=(str(said),))
    process.start()
    while not said.exists() or not said.read_text():
        assert process.is_alive()
    unknown = tmp_path / f"{PREFIX}of-another-kind"
    unknown.mkdir()
    with metrics_folder() as own:
        assert (Path(said.read_text()) / LOCK).exists()
    assert not Path(own).exists()
    process.kill()
    process.join()
    assert Path(said.read_text()).exists()
    with metrics_folder():
        assert not Path(said.read_text()).exists()
    assert unknown.exists()
