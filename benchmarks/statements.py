"""How many statements the engine has, by room: `python -m benchmarks.statements`.

A statement is what Python parses as one, so dense lines gain nothing. Docstrings, comments and
`...` do not count.
"""

import ast
from collections import Counter
from pathlib import Path

ENGINE = Path("packages/durable_dialogs/src/durable_dialogs")


def statements(module: Path) -> int:
    """Return the number of a module's statements."""
    nodes = ast.walk(ast.parse(module.read_text()))
    return sum(isinstance(node, ast.stmt) and not _says_nothing(node) for node in nodes)


def _says_nothing(node: ast.stmt) -> bool:
    """Tell whether a statement is a docstring or `...`."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return False
    return node.value.value is ... or isinstance(node.value.value, str)


def main() -> None:
    """Print the numbers of rooms, the largest modules, and the sum."""
    modules = Counter({module: statements(module) for module in ENGINE.rglob("*.py")})
    rooms: Counter[str] = Counter()
    for module, count in modules.items():
        rooms["top level" if module.parent == ENGINE else module.parent.name] += count
    for room, count in rooms.most_common():
        print(f"{count:6,}  {room}")
    print(f"{modules.total():6,}  in {len(modules)} files; the largest are")
    for module, count in modules.most_common(5):
        print(f"{count:6,}    {module}")


if __name__ == "__main__":
    main()
