"""Time zones, by region and city or by coordinates."""

from collections import defaultdict
from collections.abc import Mapping
from importlib.resources import files


def _regions() -> Mapping[str, tuple[str, ...]]:
    # A table of the tz database with country codes, coordinates and zone, such as
    # `FR	+4852+00220	Europe/Paris`. Unlike zoneinfo's list, it has no former names.
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    regions = defaultdict(list)
    for line in table.splitlines():
        if not line.startswith("#"):
            zone = line.split("\t")[2]
            regions[zone.partition("/")[0]].append(zone)
    return {region: tuple(sorted(zones)) for region, zones in sorted(regions.items())}


REGIONS = _regions()
"""The names of all zones with a city, such as `Europe/Paris`, by region, such as `Europe`."""


def zone_at(latitude: float, longitude: float) -> str | None:
    """Give the time zone of a place; the first call takes a quarter of a second.

    Args:
        latitude: Degrees north.
        longitude: Degrees east.

    Returns:
        The zone's name; at sea that of nautical time, such as `Etc/GMT+2`. None if the
        coordinates are not on Earth.
    """
    import tzfpy  # noqa: PLC0415 - its map takes 35 MB of memory as soon as it is loaded

    return tzfpy.get_tz(longitude, latitude) or None
