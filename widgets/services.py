"""What handlers, windows and widgets get with an update, typed.

aiogram and aiogram-dialog hand on one dictionary of `Any`, the middlewares' data. Only this module
names what Tally puts there, so that the type checker knows each part and finds a rename.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import cast

from aiogram import Bot
from aiogram.enums import ChatType
from aiogram.types import Chat, User
from aiogram_dialog import DialogManager

from charts.process import Charts
from db.models import Kind
from db.payments import Payments
from db.preferences import Preferences
from db.summaries import Summaries
from db.totals import Totals
from db.users import Users
from exports.sending import Exports
from locales import Texts
from people.chat_names import ChatNames
from people.drafts import Drafts
from people.preferences import People
from people.rights import Rights
from people.taps import Taps
from signed.bills import Bills
from signed.passes import Passes
from signed.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Services:
    """What the application hands to every update, the same for all of them.

    Attributes:
        totals: Confirmed totals in the database.
        summaries: Sums over them.
        users: Everybody who has used the bot.
        payments: Payments in the database.
        people: Preferences and languages.
        rights: Who is an admin of which group.
        chat_names: What groups are called.
        charts: Draws charts.
        exports: Sends documents.
        taps: Statistics of taps.
        drafts: Counters that were offered through inline mode.
        bills: Signs and checks invoices.
        tickets: Signs games.
        passes: Sign the address of the page of totals.
        admin_ids: The bot's own admins.
        provider_token: Charges cards; None if only Stars are taken.
        game: The game's short name, None if there is none.
        count_total: Counts a confirmed total for the metrics, by its kind.
    """

    totals: Totals
    summaries: Summaries
    users: Users
    payments: Payments
    people: People
    rights: Rights
    chat_names: ChatNames
    charts: Charts
    exports: Exports
    taps: Taps
    drafts: Drafts
    bills: Bills
    tickets: Tickets
    passes: Passes
    admin_ids: frozenset[int]
    provider_token: str | None
    game: str | None
    count_total: Callable[[Kind], object]


def services_of(manager: DialogManager) -> Services:
    """Give what the application hands to every update."""
    return cast("Services", manager.middleware_data["services"])


def services_unless_preview(manager: DialogManager) -> Services | None:
    """Give what the application hands to every update; None if a window is only previewed."""
    return cast("Services | None", manager.middleware_data.get("services"))


def texts_of(manager: DialogManager) -> Texts:
    """Give the texts in the language of the update's person.

    A shared window may speak another language: see `widgets.text.window_texts`.
    """
    return cast("Texts", manager.middleware_data["texts"])


def preferences_of(manager: DialogManager) -> Preferences:
    """Give what the person of the update has chosen."""
    return cast("Preferences", manager.middleware_data["preferences"])


def zone_of(manager: DialogManager) -> tzinfo:
    """Give the time zone of the update's person, UTC if the person has set none."""
    return cast("tzinfo", manager.middleware_data.get("zone", UTC))


def person_of(manager: DialogManager) -> User:
    """Give the person of the update."""
    return cast("User", manager.middleware_data["event_from_user"])


def chat_of(manager: DialogManager) -> Chat:
    """Give the chat of the update."""
    return cast("Chat", manager.middleware_data["event_chat"])


def is_private(manager: DialogManager) -> bool:
    """Tell whether the chat of the update is a private one."""
    return chat_of(manager).type == ChatType.PRIVATE


def bot_of(manager: DialogManager) -> Bot:
    """Give the bot."""
    return cast("Bot", manager.middleware_data["bot"])
