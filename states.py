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


class Totals(StatesGroup):
    """The confirmed totals of a person (dialogs/totals.py)."""

    list = State()
