"""The example of the README as it is printed, as a process on the playground."""

import asyncio
import re
from pathlib import Path

import durable_dialogs
from durable_support.examples import EXAMPLES, Example
from telegram_playground import Answer, Playground

README = EXAMPLES.parent / "README.md"
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def printed() -> str:
    """Give the code of the README."""
    found = CODE.search(README.read_text())
    assert found
    return found[1]


def text_of(answer: Answer | None) -> str | None:
    """Give the text of an answer to a press."""
    return answer.text if answer else None


def test_the_readme_prints_the_example() -> None:
    assert printed() == (EXAMPLES / "counter.py").read_text()


def test_the_readme_names_every_public_name() -> None:
    names = re.search(r"### All public names\n(.*?)\n## ", README.read_text(), re.DOTALL)
    assert names
    assert {*re.findall(r"`(\w+)`", names[1])} >= {*durable_dialogs.__all__}


async def test_a_killed_counter_goes_on_with_its_value(tmp_path: Path) -> None:
    async with Playground() as playground:
        bot = tmp_path / "bot.py"
        bot.write_text(printed())
        example = Example(bot, playground, tmp_path)
        await example.start()
        ann = await playground.person("Ann")
        await ann.send("/start")
        window = await ann.receive(timeout=30)
        for value in range(1, 4):
            assert text_of(await ann.press(window, "+1", timeout=30)) == f"It is {value}"
        await example.kill()
        pressing = asyncio.create_task(ann.press(window, "+1", timeout=30))
        await example.start()
        assert text_of(await pressing) == "It is 4"
        await ann.until(window, text="Value: 4")
        await example.stop()
