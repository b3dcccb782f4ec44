"""The folder that workers share their figures in: as many files as workers, whoever dies."""

import multiprocessing
import os
import signal
import tempfile
from pathlib import Path

import pytest

from ops.metrics_files import (
    FIGURES,
    LOCK,
    PREFIX,
    begin_figures,
    figures_folder,
    files_that_count,
    living,
)


def test_whoever_follows_goes_on_in_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FIGURES, "3")
    for name in ("counter_3.db", "gauge_livesum_3.db", "gauge_livesum_4.db"):
        (tmp_path / name).touch()
    (tmp_path / "3.pid").write_text("1000000000")
    assert begin_figures(tmp_path) == 3
    assert sorted(file.name for file in tmp_path.glob("*.db")) == [
        "counter_3.db",
        "gauge_livesum_4.db",
    ]
    assert living(tmp_path) == {3: os.getpid()}


def test_of_the_dead_what_they_have_counted_counts(tmp_path: Path) -> None:
    for name in ("counter_3.db", "gauge_livesum_3.db", "counter_4.db", "gauge_livesum_4.db"):
        (tmp_path / name).touch()
    (tmp_path / "3.pid").write_text("1000000000")
    (tmp_path / "4.pid").write_text(str(os.getpid()))
    found = sorted(Path(name).name for name in files_that_count(tmp_path))
    assert found == ["counter_3.db", "counter_4.db", "gauge_livesum_4.db"]


def hold(name: str) -> None:
    """Have a folder, until killed."""
    with figures_folder() as folder:
        Path(name).write_text(folder)
        signal.pause()


def test_what_a_killed_one_has_left_is_removed_and_what_is_in_use_is_not(
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
    with figures_folder() as own:
        assert (Path(said.read_text()) / LOCK).exists()
    assert not Path(own).exists()
    process.kill()
    process.join()
    assert Path(said.read_text()).exists()
    with figures_folder():
        assert not Path(said.read_text()).exists()
    assert unknown.exists()
