"""`python -m telegram_playground`."""

import asyncio
from pathlib import Path

import pytest

from playground_support.own_process import serving
from telegram_playground import Client, Playground
from telegram_playground.__main__ import main


async def test_it_serves_until_it_is_told_to_stop() -> None:
    async with serving("--token", "5:tea", "--username", "tea_bot") as (url, process):
        assert process.stdout is not None
        guide = (await process.stdout.readuntil(b"Stop it")).decode()
        assert f"token 5:tea, Bot API server {url}" in guide
        async with Client(url) as client:
            assert (client.bot.id, client.bot.username) == (5, "tea_bot")
        process.terminate()
        _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")


async def test_a_port_in_use_is_one_readable_line(
    playground: Playground, capsys: pytest.CaptureFixture[str]
) -> None:
    port = playground.url.rpartition(":")[2]
    assert await asyncio.to_thread(main, ["--port", port]) == 2
    assert capsys.readouterr().err == f"Can't listen on 127.0.0.1:{port}: Address already in use\n"


async def test_a_folder_in_use_is_one_readable_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--port", "0", "--token", "5:tea", "--data-dir", str(tmp_path)]
    async with Playground("5:tea", data_dir=tmp_path):
        assert await asyncio.to_thread(main, arguments) == 2
    assert capsys.readouterr().err == f"--data-dir: another playground uses {tmp_path / '5'}\n"


async def test_a_folder_that_can_not_be_used_is_one_readable_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "file"
    folder.touch()
    assert await asyncio.to_thread(main, ["--port", "0", "--data-dir", str(folder)]) == 2
    line = f"--data-dir: can't use {folder / '1234567'}: Not a directory\n"
    assert capsys.readouterr().err == line


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--token", "tea"], "a token looks like 1234567:anything"),
        (["--port", "tea"], "a port is a number up to 65535"),
        (["--port", "70000"], "a port is a number up to 65535"),
    ],
)
def test_a_wrong_setting_is_named(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert problem in capsys.readouterr().err
