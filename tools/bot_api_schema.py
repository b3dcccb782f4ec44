"""Writes the playground's schema of the Bot API: `python -m tools.bot_api_schema 3.31.0`.

A release of aiogram carries a machine-readable copy of Telegram's documentation. Only the names of
methods, objects and fields and their types are taken from it. A type is written as in
`telegram_playground.schema`.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "packages/telegram_playground/src/telegram_playground"

DESCRIPTION = ".butcher/schema/schema.json"
"""The path of the documentation's copy inside of aiogram's source archive."""

CONSTANT = re.compile(r"(?:always|must be) ['\"“]?([a-z0-9_]+)['\"”]?\.?$")
"""The end of a field's description if the field has one value only."""

MEMBER = re.compile(r"^ - (\w+)$", re.MULTILINE)
"""A line of an object's description that names one of the objects that it stands for."""

FILE = "InputFile"
"""What a form uploads: a type, but no object with fields."""

Entry = dict[str, Any]


def main() -> int:
    """Write the schema that the release of aiogram named by the only argument carries."""
    description = json.loads(fetch(sys.argv[1]))
    target = TARGET / "schema.json"
    target.write_text(compact(schema_of(description)), encoding="utf-8")
    print(f"{target}: Bot API {description['api']['version']}")
    return 0


def fetch(release: str) -> bytes:
    """Give the copy of the documentation in a release of aiogram.

    Raises:
        subprocess.CalledProcessError: If pip can't get the source archive of that release.
        KeyError: If the archive has no such file.
    """
    with tempfile.TemporaryDirectory() as folder:
        archive = f"aiogram=={release}"
        command = ["pip", "download", "--no-deps", "--no-binary=aiogram", "--dest", folder, archive]
        subprocess.run([sys.executable, "-m", *command], check=True)  # noqa: S603 - no input of others
        (path,) = Path(folder).iterdir()
        with tarfile.open(path) as packed:
            file = packed.extractfile(f"{path.name.removesuffix('.tar.gz')}/{DESCRIPTION}")
            assert file, "a regular file"  # noqa: S101 - tells mypy
            return file.read()


def schema_of(description: Entry) -> Entry:
    """Give the schema: the version, and methods, objects and unions by name."""
    schema: Entry = {"version": description["api"]["version"]}
    schema |= {"methods": {}, "objects": {}, "unions": {}}
    for section in description["items"]:
        for entry in section["children"]:
            name, members = entry["name"], MEMBER.findall(entry["description"])
            if entry["category"] == "methods":
                schema["methods"][name] = fields_of(entry)
            elif members and not entry["annotations"]:
                schema["unions"][name] = plain_members(entry["description"]) + members
            elif name != FILE:
                schema["objects"][name] = fields_of(entry)
    return schema


def plain_members(description: str) -> list[str]:
    """Give the members of a union that are no objects: `RichText` can be a string or an array."""
    strings = ["String"] if "a String" in description else []
    return strings + [f"[{name}]" for name in re.findall(r"an Array of (\w+)", description)]


def fields_of(entry: Entry) -> dict[str, str]:
    """Give the type of each field of an object, or of each parameter of a method."""
    return {field["name"]: type_of(field) for field in entry["annotations"]}


def type_of(field: Entry) -> str:
    """Give the type of a field."""
    constant = CONSTANT.search(field["description"])
    if field["type"] == "String" and field["required"] and constant:
        return f"={constant[1]}"
    written, arrays = field["type"], 0
    while written.startswith("Array of "):
        written, arrays = written.removeprefix("Array of "), arrays + 1
    names = re.split(r", | or | and ", written)
    if "attach://" in field["description"] and FILE not in names:
        names.insert(0, FILE)
    joined = "[" * arrays + "|".join(names) + "]" * arrays
    return joined if field["required"] else f"{joined}?"


def compact(schema: Entry) -> str:
    """Write a schema with a line for each method, object and union, so that changes are read."""
    parts = [f'"version": {json.dumps(schema["version"])}']
    for group in ("methods", "objects", "unions"):
        entries = (
            f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in schema[group].items()
        )
        parts.append(f'"{group}": {{\n' + ",\n".join(entries) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
