"""The bot and the test that the README prints: the test fails as it says, and passes as it says."""

import re
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

README = Path(__file__).parents[1] / "README.md"
FILE = re.compile(r"```python\n# (\w+)\.py\n(.*?)```", re.DOTALL)
REPORT = re.compile(r"```text\n(.*?)```", re.DOTALL)


def test_the_test_of_the_readme_fails_and_passes_as_it_says(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    printed = README.read_text()
    report = REPORT.search(printed)
    assert report is not None
    files = dict(FILE.findall(printed))
    pytester.makepyfile(**files)
    command = (sys.executable, "-m", "pytest", "-ptelegram_playground.pytest_plugin", "-Werror")

    failed = pytester.run(*command)
    failed.assert_outcomes(failed=1)
    # The number of the call and the width of lines and indents may be others.
    lines = re.sub(r"(?m)^#4|^-+ | -+$|(?<=^E) +", "*", report[1]).splitlines()
    failed.stdout.fnmatch_lines(lines)

    mended = files["bot"].replace("{message.text}", "{html.quote(message.text)}")
    pytester.makepyfile(bot=mended)
    pytester.run(*command).assert_outcomes(passed=1)
