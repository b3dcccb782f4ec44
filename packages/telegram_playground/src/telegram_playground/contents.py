"""sendDice, sendContact, sendLocation, sendVenue, sendGame: what has neither text nor file."""

import secrets
from typing import Protocol

from aiogram.methods import SendContact, SendDice, SendGame, SendLocation, SendVenue
from aiogram.types import CallbackGame, InlineKeyboardButton, InlineKeyboardMarkup

from telegram_playground.errors import BadRequestError
from telegram_playground.sending import send
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram

DICE = {"🎲": 6, "🎯": 6, "🏀": 5, "⚽": 5, "🎳": 6, "🎰": 64}
"""The largest value of each kind of dice (Bot API, Dice)."""

MAX_LATITUDE = 90
MAX_LONGITUDE = 180


def send_dice(telegram: Telegram, call: SendDice) -> Json:
    """Throw a dice as the bot (sendDice)."""
    return send(telegram, call, dice_content(call.emoji))


def send_contact(telegram: Telegram, call: SendContact) -> Json:
    """Post a phone number as the bot (sendContact)."""
    return send(telegram, call, contact_content(call))


def send_location(telegram: Telegram, call: SendLocation) -> Json:
    """Post a point on the map as the bot (sendLocation)."""
    return send(telegram, call, location_content(call))


def send_venue(telegram: Telegram, call: SendVenue) -> Json:
    """Post a place with its address as the bot (sendVenue)."""
    return send(telegram, call, venue_content(call))


def send_game(telegram: Telegram, call: SendGame) -> Json:
    """Post a game of the bot (sendGame)."""
    call.reply_markup = call.reply_markup or game_keyboard(call.game_short_name)
    return send(telegram, call, game_content(telegram, call.game_short_name), "callback_game")


def game_keyboard(short_name: str) -> InlineKeyboardMarkup:
    """The keyboard of a game that comes without one."""
    button = InlineKeyboardButton(text=f"Play {short_name}", callback_game=CallbackGame())
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def game_content(telegram: Telegram, short_name: str) -> Json:
    """The field of a message with a game, which is titled by its short name here.

    Raises:
        BadRequestError: If @BotFather, who knows any short name or none, knows none.
    """
    if not telegram.state.games:
        raise BadRequestError("wrong game short name specified")
    title = short_name.replace("_", " ").capitalize()
    return {"game": {"title": title, "description": short_name, "photo": []}}


def dice_content(emoji: str | None) -> Json:
    """The field of a message with a dice that was just thrown.

    Raises:
        BadRequestError: If the emoji is no dice.
    """
    emoji = (emoji or "🎲").removesuffix("\ufe0f")
    if emoji not in DICE:
        raise BadRequestError("wrong dice emoji specified")
    return {"dice": {"emoji": emoji, "value": secrets.randbelow(DICE[emoji]) + 1}}


class ContactSource(Protocol):
    """A call, a result or a person's message that has a contact's fields."""

    @property
    def phone_number(self) -> str:
        """The number, in any form."""

    @property
    def first_name(self) -> str:
        """Whose it is."""


class LocationSource(Protocol):
    """A call, a result or a person's message that has a location's fields, in degrees."""

    @property
    def latitude(self) -> float:
        """North of the equator."""

    @property
    def longitude(self) -> float:
        """East of Greenwich."""


def contact_content(source: ContactSource) -> Json:
    """The field of a message with a contact.

    Args:
        source: What has its fields.

    Raises:
        BadRequestError: If it has no number or name.
    """
    if not source.phone_number.strip():
        raise BadRequestError("phone number is empty")
    if not source.first_name.strip():
        raise BadRequestError("first name is empty")
    return {"contact": _present(source, "phone_number", "first_name", "last_name", "vcard")}


def location_content(source: LocationSource) -> Json:
    """The field of a message with a location.

    Args:
        source: What has its fields.

    Raises:
        BadRequestError: If it is nowhere on earth.
    """
    if not (abs(source.latitude) <= MAX_LATITUDE and abs(source.longitude) <= MAX_LONGITUDE):
        raise BadRequestError("wrong coordinates specified")
    more = ("horizontal_accuracy", "live_period", "heading", "proximity_alert_radius")
    return {"location": _present(source, "latitude", "longitude", *more)}


def venue_content(source: LocationSource) -> Json:
    """The fields of a message with a place that has a name and an address.

    Args:
        source: What has its location's fields, `title`, `address`, and more.

    Raises:
        BadRequestError: If it is nowhere on earth.
    """
    place = location_content(source)
    names = ("foursquare_id", "foursquare_type", "google_place_id", "google_place_type")
    venue = place | _present(source, "title", "address", *names)
    return {"venue": venue} | place


def _present(source: object, *names: str) -> Json:
    values = {name: getattr(source, name, None) for name in names}
    return {name: value for name, value in values.items() if value is not None}
