"""The time zone: by region and city, or by the person's location."""

import asyncio
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, TypedDict

from aiogram.enums import ContentType
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.common import ManagedScroll
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import (
    Button,
    Cancel,
    Group,
    RequestLocation,
    ScrollingGroup,
    Select,
    SwitchTo,
)
from aiogram_dialog.widgets.text import Format

from dialogs.choices import choose, require_person
from locales import Texts
from people.zones import REGIONS, zone_at
from states import TimeZone
from widgets.access import in_private
from widgets.dialog_data import data_of, widget_of
from widgets.notice import Notice
from widgets.reply import ReplyWindow
from widgets.text import T
from widgets.window import Window

REGION_KEYS: Mapping[str, str] = {
    "Africa": "zone-africa",
    "America": "zone-america",
    "Antarctica": "zone-antarctica",
    "Arctic": "zone-arctic",
    "Asia": "zone-asia",
    "Atlantic": "zone-atlantic",
    "Australia": "zone-australia",
    "Europe": "zone-europe",
    "Indian": "zone-indian",
    "Pacific": "zone-pacific",
}
"""Keys of the regions' names."""

WIDTH, HEIGHT = 2, 8
"""Cities in a row, and rows on a page."""


class ZoneData(TypedDict, total=False):
    """What the dialog keeps.

    Attributes:
        region: The region that the person has opened, as `REGION_KEYS` names it.
    """

    region: str


async def get_regions(texts: Texts, **_: object) -> dict[str, Any]:
    """Give the regions."""
    return {"regions": [(region, texts(key)) for region, key in REGION_KEYS.items()]}


async def get_cities(dialog_manager: DialogManager, texts: Texts, **_: object) -> dict[str, Any]:
    """Give the cities of the chosen region, named and sorted in the person's language."""
    region = data_of(dialog_manager, ZoneData)["region"]
    cities = [(zone, texts.city(zone)) for zone in REGIONS[region]]
    return {"region": texts(REGION_KEYS[region]), "cities": sorted(cities, key=itemgetter(1))}


async def open_region(
    _callback: CallbackQuery, _select: object, manager: DialogManager, region: str
) -> None:
    """Show the cities of a region from the first page on."""
    data_of(manager, ZoneData)["region"] = region
    await widget_of(manager, "pages", ManagedScroll).set_page(0)
    await manager.switch_to(TimeZone.cities)


async def choose_city(
    _callback: CallbackQuery, _select: object, manager: DialogManager, zone: str
) -> None:
    """Save the time zone of a city."""
    await choose(manager, time_zone=zone)
    await manager.done()


async def choose_none(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Go back to UTC."""
    await choose(manager, time_zone=None)
    await manager.done()


async def take_place(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Save the time zone of the person's location, but not the location itself.

    Raises:
        Notice: The location has no time zone.
    """
    place = message.location
    if place is None:
        return
    zone = await asyncio.to_thread(zone_at, place.latitude, place.longitude)
    if zone is None:
        raise Notice("zone-nowhere")
    await choose(manager, time_zone=zone)
    await manager.done()


regions_window = Window(
    T("zone-question"),
    Group(
        Select(
            Format("{item[1]}"),
            id="region",
            item_id_getter=itemgetter(0),
            items="regions",
            on_click=open_region,
        ),
        width=WIDTH,
    ),
    SwitchTo(T("zone-by-place"), id="place", state=TimeZone.place, when=in_private),
    Button(T("zone-utc"), id="utc", on_click=choose_none),
    Cancel(T("back")),
    state=TimeZone.regions,
    getter=get_regions,
    preview_data={"regions": [("Europe", "Europe"), ("Asia", "Asia")]},
)

cities_window = Window(
    T("zone-city"),
    ScrollingGroup(
        Select(
            Format("{item[1]}"),
            id="city",
            item_id_getter=itemgetter(0),
            items="cities",
            on_click=choose_city,
        ),
        id="pages",
        width=WIDTH,
        height=HEIGHT,
        hide_on_single_page=True,
    ),
    SwitchTo(T("back"), id="back", state=TimeZone.regions),
    state=TimeZone.cities,
    getter=get_cities,
    preview_data={"region": "Europe", "cities": [("Europe/Paris", "Paris")]},
)

place_window = ReplyWindow(
    T("zone-place"),
    RequestLocation(T("zone-send-place")),
    SwitchTo(T("back"), id="back", state=TimeZone.regions),
    MessageInput(take_place, ContentType.LOCATION),
    state=TimeZone.place,
)

dialog = Dialog(regions_window, cities_window, place_window, on_start=require_person)
