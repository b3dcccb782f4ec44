"""In which time zone a person reads times."""

from datetime import UTC, datetime, tzinfo

from aiogram_dialog import DialogManager

from locales import Texts

ZONE_KEY = "zone"
"""Where the middleware's data may have the person's time zone."""


def zone_of(manager: DialogManager) -> tzinfo:
    """Give the time zone of the person who is being answered, UTC where none was set."""
    zone: tzinfo = manager.middleware_data.get(ZONE_KEY, UTC)
    return zone


def mark(zone: tzinfo) -> str:
    """Give what stands behind times, " UTC" where it is not the person's own zone."""
    return " UTC" if zone is UTC else ""


def local_time(texts: Texts, moment: datetime, zone: tzinfo) -> str:
    """Write a moment to the minute as the language has it, as in `Jan 31, 2026, 9:00 AM UTC`."""
    return f"{texts.moment(moment.astimezone(zone))}{mark(zone)}"
