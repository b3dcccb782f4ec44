"""The texts: Fluent files, a folder a language.

A new language is a new folder with the same files; nothing else names it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_time
from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.resolver import TextElement

FOLDER = Path(__file__).parent


class Texts:
    """The texts of one language.

    Attributes:
        language: Its code, the name of its folder.
    """

    def __init__(self, language: str, bundle: FluentBundle) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._bundle = bundle
        self._fixed: dict[str, str] = {}

    def __call__(self, key: str, **arguments: str | float) -> str:
        """Give the text of a key with its arguments filled in.

        Args:
            key: The text's name in the Fluent files.
            arguments: What the text shows or chooses its form by. Numbers are
                written as the language writes them, strings as they are.

        Raises:
            KeyError: There is no such text.
            ValueError: An argument of the text is missing.
        """
        if key in self._fixed:
            return self._fixed[key]
        pattern = self._bundle.get_message(key).value
        if pattern is None:
            raise KeyError(key)
        text, errors = self._bundle.format_pattern(pattern, arguments)
        if errors:
            raise ValueError(f"{self.language}/{key}: {errors[0]}")
        if isinstance(pattern, TextElement):
            # Most buttons' labels, which every press shows.
            self._fixed[key] = str(text)
        return str(text)

    @property
    def name(self) -> str:
        """What the language calls itself."""
        name = self._locale.get_display_name() or self.language
        return name[0].upper() + name[1:]

    def clock(self, moment: datetime) -> str:
        """Write the time of day to the minute, as by the clock of the moment's time zone."""
        return str(format_time(moment, "short", moment.tzinfo, self._locale))

    def day(self, day: date) -> str:
        """Write a day, as in `Nov 20, 2026`."""
        return str(format_date(day, "medium", self._locale))

    def moment(self, moment: datetime) -> str:
        """Write a day and the time of day, by the clock of the moment's time zone."""
        return f"{self.day(moment)}, {self.clock(moment)}"

    def city(self, zone: str) -> str:
        """Name the city of a time zone.

        Args:
            zone: The zone's name, as `Europe/Paris`.
        """
        # Unicode's names go by the oldest names of zones.
        for name in (zone, *_former_names().get(zone, ())):
            if known := self._locale.time_zones.get(name, {}).get("city"):
                return str(known)
        return zone.rpartition("/")[2].replace("_", " ")


class Catalog:
    """The texts of all languages.

    Args:
        default: The language of people whose own is not there.
        folder: The folder of the languages' folders.
    """

    def __init__(self, default: str = "en", folder: Path = FOLDER) -> None:
        self._texts = {
            path.name: Texts(path.name, _bundle(path))
            for path in sorted(folder.iterdir())
            if any(path.glob("*.ftl"))
        }
        self._default = self._texts[default]

    @property
    def languages(self) -> list[str]:
        """The codes of the languages spoken."""
        return list(self._texts)

    def speak(self, language: str | None) -> Texts:
        """Give the texts for a language as Telegram names it.

        Args:
            language: An IETF language tag (`en`, `pt-br`), None where unknown.
        """
        code = (language or "").lower().partition("-")[0]
        return self._texts.get(code, self._default)


@cache
def _former_names() -> Mapping[str, Sequence[str]]:
    former = defaultdict(list)
    for old, new in get_global("zone_aliases").items():
        former[new].append(old)
    return former


def _bundle(folder: Path) -> FluentBundle:
    # Marks around what is filled in would be invisible characters in the
    # texts that people copy and scripts read.
    bundle = FluentBundle([folder.name], use_isolating=False)
    for path in sorted(folder.glob("*.ftl")):
        bundle.add_resource(FluentResource(path.read_text(encoding="utf-8")))
    return bundle
