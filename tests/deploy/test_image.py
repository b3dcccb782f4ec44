"""The container image: its files, its user, its health check, and that the bot runs in it."""

import asyncio
import json
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from app.settings import Settings
from telegram_playground import Playground
from tests.dialogs.test_counter import open_counter
from tests.support.image import command, is_sent, make_tree, steps, variables
from tests.support.nursery import ROOT, START
from tests.support.ports import free_port
from web.server import serving

SECRET_OR_NEEDLESS = (".env", ".git", ".venv", "data", "build", "tests", "benchmarks", "docs")
NO_SETTINGS = {"PATH", "PYTHONDONTWRITEBYTECODE", "MPLCONFIGDIR"}


@pytest.fixture
async def served(request: pytest.FixtureRequest) -> AsyncIterator[int]:
    """Give the port of a server that answers the health check with the given status."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=request.param)

    app = web.Application()
    app.router.add_get("/healthz", answer)
    async with serving(app, "127.0.0.1", 0, finish=0) as port:
        yield port


def test_an_image_has_only_the_files_that_run() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    needed = rooms - {"benchmarks", "tests", "tools"}
    needed |= {"main.py", "states.py", "packages", "alembic", "alembic.ini", "requirements.txt"}
    assert {name for name in needed if not is_sent(name)} == set()
    sent = {path.name for path in ROOT.iterdir() if is_sent(path.name)}
    assert sent == needed
    assert [name for name in SECRET_OR_NEEDLESS if is_sent(name)] == []


def test_each_copied_file_exists() -> None:
    stages = [rest.rpartition(" AS ")[2] for name, rest in steps() if name == "FROM"]
    made = " ".join(rest for name, rest in steps() if name == "RUN")
    for name, rest in steps():
        assert name != "ADD"
        if name == "COPY" and rest.startswith("--from="):
            stage, source, target = rest.removeprefix("--from=").split()
            assert stage in stages
            assert source == target
            assert source in made or f"COPY . {source}" in (ROOT / "Dockerfile").read_text()
        elif name == "COPY":
            assert all((ROOT / source).exists() for source in rest.split()[:-1])


def test_the_image_has_an_unprivileged_user_and_exposes_its_port() -> None:
    (user,) = [rest for name, rest in steps() if name == "USER"]
    assert all(int(number) > 1000 for number in user.split(":"))
    names = [name for name, _ in steps()]
    assert "COPY" not in names[names.index("USER") :]
    (port,) = [rest for name, rest in steps() if name == "EXPOSE"]
    assert variables()["WEB_PORT"] == port
    settings = {name.upper() for name in Settings.model_fields}
    assert variables().keys() - NO_SETTINGS <= settings


def test_only_pinned_packages_are_installed() -> None:
    pinned, own = [rest for name, rest in steps() if name == "RUN" and "pip " in rest]
    assert "--require-hashes --only-binary :all:" in pinned
    assert pinned.endswith("-r /requirements.txt")
    assert "--no-deps --no-build-isolation /packages/" in own


@pytest.mark.parametrize(("served", "status"), [(200, 0), (503, 1)], indirect=["served"])
async def test_the_health_check_tells_alive_from_dead(served: int, status: int) -> None:
    program, *arguments = command("HEALTHCHECK")
    assert program == "python"
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={"WEB_PORT": str(served)}, stderr=PIPE
    )
    async with asyncio.timeout(START):
        await process.communicate()
    assert process.returncode == status


@pytest.mark.thorough
async def test_the_bot_runs_from_a_folder_without_writing_to_it(
    tmp_path: Path, own_playground: Playground
) -> None:
    tree = tmp_path / "opt" / "tally"
    make_tree(tree)
    (compiling,) = [rest for name, rest in steps() if "compileall" in rest]
    options = compiling.partition("-m ")[2].split()[:-1]
    await asyncio.to_thread(subprocess.run, [sys.executable, "-m", *options, str(tree)], check=True)
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command("ENTRYPOINT")[1:],
        cwd=tree,
        env=variables()
        | {
            "PATH": "/nowhere",
            "DATA_DIR": str(tmp_path / "data"),
            "WEB_HOST": "127.0.0.1",
            "WEB_PORT": str(free_port()),
            "BOT_TOKEN": own_playground.token,
            "BOT_API_URL": own_playground.url,
        },
        stderr=PIPE,
    )
    assert process.stderr
    async with asyncio.timeout(START):
        while json.loads(line := await process.stderr.readline())["event"] != "started":
            assert line
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 1")
    process.terminate()
    async with asyncio.timeout(START):
        await process.communicate()
    assert process.returncode == 0
    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*")} == before
