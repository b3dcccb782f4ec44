"""The time zones of the world, as people look for them: by region and city, or by place."""

from collections import defaultdict
from collections.abc import Mapping
from importlib.resources import files


def _regions() -> Mapping[str, tuple[str, ...]]:
    # A table of the tz database: country codes, coordinates, and the zone, as in
    # `FR	+4852+00220	Europe/Paris`. Unlike zoneinfo's own list it has no former names.
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    regions = defaultdict(list)
    for line in table.splitlines():
        if not line.startswith("#"):
            zone = line.split("\t")[2]
            regions[zone.partition("/")[0]].append(zone)
    return {region: tuple(sorted(zones)) for region, zones in sorted(regions.items())}


REGIONS = _regions()
"""The names of all zones that have a city, as `Europe/Paris`, by their regions, as `Europe`."""


def zone_at(latitude: float, longitude: float) -> str | None:
    """Tell which time zone a place lies in; the first time this takes a quarter of a second.

    Args:
        latitude: In degrees, to the north.
        longitude: In degrees, to the east.

    Returns:
        The zone's name; on the sea that of nautical time, as `Etc/GMT+2`. None for what
        is no place on Earth.
    """
    # Its map takes 35 MB of memory, as soon as it is looked at.
    import tzfpy  # noqa: PLC0415

    return tzfpy.get_tz(longitude, latitude) or None
