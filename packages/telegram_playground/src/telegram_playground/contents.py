"""Messages without text or file: sendDice, sendContact, sendLocation, sendVenue, sendGame."""

import secrets

from telegram_playground.errors import BadRequestError
from telegram_playground.parameters import Parameters
from telegram_playground.sending import send
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram

DICE = {"🎲": 6, "🎯": 6, "🏀": 5, "⚽": 5, "🎳": 6, "🎰": 64}
"""The largest value of each kind of dice (Bot API, Dice)."""

MAX_LATITUDE = 90
MAX_LONGITUDE = 180


def send_dice(telegram: Telegram, call: Parameters) -> Json:
    """Send a dice as the bot (sendDice)."""
    return send(telegram, call, dice_content(call.emoji))


def send_contact(telegram: Telegram, call: Parameters) -> Json:
    """Send a contact as the bot (sendContact)."""
    return send(telegram, call, contact_content(vars(call)))


def send_location(telegram: Telegram, call: Parameters) -> Json:
    """Send a location as the bot (sendLocation)."""
    return send(telegram, call, location_content(vars(call)))


def send_venue(telegram: Telegram, call: Parameters) -> Json:
    """Send a venue as the bot (sendVenue)."""
    return send(telegram, call, venue_content(vars(call)))


def send_game(telegram: Telegram, call: Parameters) -> Json:
    """Send a game as the bot (sendGame)."""
    content = game_content(telegram, call.game_short_name)
    return send(telegram, call, content, "callback_game", game_keyboard(call.game_short_name))


def game_keyboard(short_name: str) -> Json:
    """Give the default keyboard of a game."""
    return {"inline_keyboard": [[{"text": f"Play {short_name}", "callback_game": {}}]]}


def game_content(telegram: Telegram, short_name: str) -> Json:
    """Give the field of a message with a game, whose title is made from its short name.

    Raises:
        BadRequestError: If games are switched off. Otherwise every short name is known.
    """
    if not telegram.state.games:
        raise BadRequestError("wrong game short name specified")
    title = short_name.replace("_", " ").capitalize()
    return {"game": {"title": title, "description": short_name, "photo": []}}


def dice_content(emoji: str | None) -> Json:
    """Give the field of a message with a dice of a random value.

    Raises:
        BadRequestError: If the emoji is not one of `DICE`.
    """
    emoji = (emoji or "🎲").removesuffix("\ufe0f")
    if emoji not in DICE:
        raise BadRequestError("wrong dice emoji specified")
    return {"dice": {"emoji": emoji, "value": secrets.randbelow(DICE[emoji]) + 1}}


def contact_content(source: Json) -> Json:
    """Give the field of a message with a contact.

    Args:
        source: A call, inline result or person's message with the contact's fields.

    Raises:
        BadRequestError: If the number or the first name is blank.
    """
    if not source["phone_number"].strip():
        raise BadRequestError("phone number is empty")
    if not source["first_name"].strip():
        raise BadRequestError("first name is empty")
    return {"contact": _present(source, "phone_number", "first_name", "last_name", "vcard")}


def location_content(source: Json) -> Json:
    """Give the field of a message with a location.

    Args:
        source: A call, inline result or person's message with the location's fields.

    Raises:
        BadRequestError: If the coordinates are out of range.
    """
    if not (abs(source["latitude"]) <= MAX_LATITUDE and abs(source["longitude"]) <= MAX_LONGITUDE):
        raise BadRequestError("wrong coordinates specified")
    more = ("horizontal_accuracy", "live_period", "heading", "proximity_alert_radius")
    return {"location": _present(source, "latitude", "longitude", *more)}


def venue_content(source: Json) -> Json:
    """Give the fields of a message with a venue.

    Args:
        source: A call, inline result or person's message with the location's fields, `title`,
            `address` and optional ids.

    Raises:
        BadRequestError: If the coordinates are out of range.
    """
    place = location_content(source)
    names = ("foursquare_id", "foursquare_type", "google_place_id", "google_place_type")
    venue = place | _present(source, "title", "address", *names)
    return {"venue": venue} | place


def _present(source: Json, *names: str) -> Json:
    return {name: source[name] for name in names if source.get(name) is not None}
