"""Every states group: the map of the app on one page.

A group is one dialog, a state is one of its windows. The names are stored with
open dialogs: whoever renames one ends the dialogs that stand in it (they are
recognised and closed with a word).
"""

from aiogram.fsm.state import State, StatesGroup


class Menu(StatesGroup):
    """The way to every feature (dialogs/menu.py)."""

    main = State()
    help = State()


class Counter(StatesGroup):
    """A number that is tapped up and down (dialogs/counter.py)."""

    counting = State()
    confirmed = State()
    cancelled = State()


class Counters(StatesGroup):
    """The counters that a person has open in a chat (dialogs/counters.py)."""

    list = State()


class Greeting(StatesGroup):
    """What the bot says when it comes into a group (dialogs/greeting.py)."""

    hello = State()


class Totals(StatesGroup):
    """The confirmed totals of a person, or of a group (dialogs/totals/)."""

    list = State()
    summary = State()
    people = State()
    filters = State()
    label = State()
    kind = State()
    chat = State()
    first_day = State()
    last_day = State()
    chart = State()
    data = State()
    pick = State()
    delete = State()
    erase = State()
    rename = State()
    new_label = State()
    relabel = State()
    changed = State()


class Settings(StatesGroup):
    """What a person chooses once and for all (dialogs/settings.py)."""

    main = State()
    language = State()
    steps = State()
    names = State()


class TimeZone(StatesGroup):
    """By which clock a person lives (dialogs/time_zone.py)."""

    regions = State()
    cities = State()
    place = State()


class Naming(StatesGroup):
    """A name for a total that was confirmed without one (dialogs/naming.py)."""

    asking = State()
    named = State()


class ReplyKeyboards(StatesGroup):
    """Keyboards under the input field (dialogs/reply_keyboards.py)."""

    list = State()
    cutlets = State()
    naming = State()
    styles = State()
    example = State()


class ReplyBuilder(StatesGroup):
    """A keyboard of numbers that is built (dialogs/reply_builder.py)."""

    size = State()
    numbers = State()


class SpecialButtons(StatesGroup):
    """Reply buttons that ask for something (dialogs/special_buttons.py)."""

    asking = State()


class Links(StatesGroup):
    """Buttons that a person's client carries out by itself (dialogs/links.py)."""

    list = State()


class Share(StatesGroup):
    """Links that open something in Tally, to be passed on (dialogs/share.py)."""

    main = State()


class Callbacks(StatesGroup):
    """Buttons that call the bot, and how it answers (dialogs/callbacks.py)."""

    answers = State()
    random = State()
    styles = State()


class InlineMode(StatesGroup):
    """The ways to counters in any chat (dialogs/inline_mode.py)."""

    switches = State()


class Payment(StatesGroup):
    """What can be paid for, and what was (dialogs/payment.py)."""

    stars = State()
    mug = State()
    history = State()


class Bill(StatesGroup):
    """A bill on a message of its own, and its receipt (dialogs/bill.py)."""

    due = State()
    paid = State()


class Game(StatesGroup):
    """The game, a message of its own kind (dialogs/game.py)."""

    playing = State()


class Example(StatesGroup):
    """An inline keyboard, to be seen beside a reply keyboard (dialogs/reply_keyboards.py)."""

    inline = State()
