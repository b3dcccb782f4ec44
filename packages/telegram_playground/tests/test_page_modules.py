"""The JavaScript modules of the page, and how they import each other."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import telegram_playground

PAGE = Path(telegram_playground.__file__).parent / "page"
IMPORTED = re.compile(r'^import [^;]*? from "\./(\w+\.js)";', re.MULTILINE)


def test_modules_of_the_page_do_not_import_each_other_in_a_circle() -> None:
    imports = {path.name: IMPORTED.findall(path.read_text()) for path in PAGE.glob("*.js")}
    assert imports["app.js"]
    assert set(TopologicalSorter(imports).static_order()) == imports.keys()
