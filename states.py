"""Every states group: the map of the app on one page.

A group is one dialog, a state is one of its windows. Open dialogs store these names. If you rename
one, open dialogs in that state end: Tally recognises them, closes them and says so.
"""

from aiogram.fsm.state import State, StatesGroup


class Menu(StatesGroup):
    """The menu, which leads to every feature (dialogs/menu.py)."""

    main = State()
    help = State()


class Counter(StatesGroup):
    """A counter (dialogs/counter.py)."""

    counting = State()
    confirmed = State()
    cancelled = State()


class Counters(StatesGroup):
    """The counters that a person has open in a chat (dialogs/counters.py)."""

    list = State()


class Greeting(StatesGroup):
    """The greeting when somebody adds the bot to a group (dialogs/greeting.py)."""

    hello = State()


class Totals(StatesGroup):
    """The totals of a person or of a group (dialogs/totals/)."""

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
    """The person's settings (dialogs/settings.py)."""

    main = State()
    language = State()
    steps = State()
    names = State()


class TimeZone(StatesGroup):
    """The person's time zone (dialogs/time_zone.py)."""

    regions = State()
    cities = State()
    place = State()


class Naming(StatesGroup):
    """Asks for the name of a total that was confirmed without one (dialogs/naming.py)."""

    asking = State()
    named = State()


class ReplyKeyboards(StatesGroup):
    """Reply keyboards (dialogs/reply_keyboards.py)."""

    list = State()
    cutlets = State()
    naming = State()
    styles = State()
    example = State()


class ReplyBuilder(StatesGroup):
    """A reply keyboard of numbers, of the size that the person sets (dialogs/reply_builder.py)."""

    size = State()
    numbers = State()


class SpecialButtons(StatesGroup):
    """Reply buttons that ask for something (dialogs/special_buttons.py)."""

    asking = State()


class Links(StatesGroup):
    """Buttons that the person's client handles without the bot (dialogs/links.py)."""

    list = State()


class Share(StatesGroup):
    """Links to pass on, which open a counter or totals (dialogs/share.py)."""

    main = State()


class Callbacks(StatesGroup):
    """Callback buttons, and the ways to answer them (dialogs/callbacks.py)."""

    answers = State()
    random = State()
    styles = State()


class InlineMode(StatesGroup):
    """Buttons that start an inline query in a chat (dialogs/inline_mode.py)."""

    switches = State()


class Payment(StatesGroup):
    """What the person can pay for and has paid (dialogs/payment.py)."""

    stars = State()
    mug = State()
    history = State()


class Bill(StatesGroup):
    """A bill on a message of its own, and its receipt (dialogs/bill.py)."""

    due = State()
    paid = State()


class Game(StatesGroup):
    """The game, a message of the game type (dialogs/game.py)."""

    playing = State()


class Example(StatesGroup):
    """An inline keyboard beside a reply keyboard (dialogs/reply_keyboards.py)."""

    inline = State()
