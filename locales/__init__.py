"""The texts, as Fluent files in one folder for each language.

To add a language, add a folder with the same files. Nothing else lists the languages.
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
        language: The code of the language, which is the name of its folder.
    """

    def __init__(self, language: str, bundle: FluentBundle) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._bundle = bundle
        self._fixed: dict[str, str] = {}

    def __call__(self, key: str, **arguments: str | float) -> str:
        """Format a text.

        Args:
            key: The id of the message in the Fluent files.
            arguments: The variables of the message. Numbers are formatted by the rules of the
                language, strings are inserted as they are.

        Raises:
            KeyError: There is no such message.
            ValueError: A variable of the message is missing.
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
            # A text without variables. Most button labels are such, and each press renders them.
            self._fixed[key] = str(text)
        return str(text)

    @property
    def name(self) -> str:
        """The name of the language in that language."""
        name = self._locale.get_display_name() or self.language
        return name[0].upper() + name[1:]

    def clock(self, moment: datetime) -> str:
        """Format the time of day to the minute, in the time zone of the moment."""
        return str(format_time(moment, "short", moment.tzinfo, self._locale))

    def day(self, day: date) -> str:
        """Format a day, such as `Nov 20, 2026`."""
        return str(format_date(day, "medium", self._locale))

    def moment(self, moment: datetime) -> str:
        """Format a day and the time of day, in the time zone of the moment."""
        return f"{self.day(moment)}, {self.clock(moment)}"

    def city(self, zone: str) -> str:
        """Give the name of a time zone's city.

        Args:
            zone: The name of the zone, such as `Europe/Paris`.
        """
        # Unicode's data has the oldest name of each zone.
        for name in (zone, *_former_names().get(zone, ())):
            if known := self._locale.time_zones.get(name, {}).get("city"):
                return str(known)
        return zone.rpartition("/")[2].replace("_", " ")


class Catalog:
    """The texts of all languages.

    Args:
        default: The language for people whose own language has no texts.
        folder: The folder that contains a folder for each language.
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
        """The codes of all languages."""
        return list(self._texts)

    def speak(self, language: str | None) -> Texts:
        """Give the texts in a language, or in the default language.

        Args:
            language: An IETF language tag (`en`, `pt-br`) as Telegram sends it, None if unknown.
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
    # Isolating marks are invisible characters in texts that people copy and scripts read.
    bundle = FluentBundle([folder.name], use_isolating=False)
    for path in sorted(folder.glob("*.ftl")):
        bundle.add_resource(FluentResource(path.read_text(encoding="utf-8")))
    return bundle
