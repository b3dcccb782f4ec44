"""The example of the README works as it is printed."""

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)


async def test_the_example_of_a_test_passes() -> None:
    example = EXAMPLE.search(README.read_text())
    assert example is not None
    names: dict[str, object] = {}
    exec(compile(example[1], str(README), "exec"), names)  # noqa: S102 - it is our own text
    test = names["test_echo"]
    assert callable(test)
    await test()
