"""Times, written by a person's clock."""

from datetime import UTC, datetime, tzinfo

from locales import Texts


def mark(zone: tzinfo) -> str:
    """Give what follows a time: " UTC" if the person has set no time zone, else nothing."""
    return " UTC" if zone is UTC else ""


def local_time(texts: Texts, moment: datetime, zone: tzinfo) -> str:
    """Write a moment to the minute in a language, such as `Jan 31, 2026, 9:00 AM UTC`."""
    return f"{texts.moment(moment.astimezone(zone))}{mark(zone)}"
