"""The dispatcher: every handler and dialog, in the order in which it asks them."""

from aiogram import Dispatcher, Router

from app.updates import ignore_unasked, observe
from dialogs import DIALOGS
from durable_dialogs import DurableDialogs
from handlers import (
    commands,
    cutlets,
    deep_links,
    game,
    groups,
    inline_counter,
    inline_offers,
    payments,
    paysupport,
    stats,
    strays,
)
from handlers.errors import spare
from handlers.own_chats import OwnChats
from handlers.person import PersonMiddleware
from widgets.access import OwnerAccess
from widgets.reply_marks import remove_reply_marks
from widgets.services import Services


def make_dispatcher(
    dialogs: DurableDialogs, services: Services, person: PersonMiddleware, own_chats: OwnChats
) -> Dispatcher:
    """Make the dispatcher with every handler and dialog.

    Args:
        dialogs: Carries each update out in a unit of work.
        services: The services that each update gets; see `widgets.services`.
        person: Tells handlers who sent the update.
        own_chats: Keeps the commands and the menu button of each person's chat up to date.
    """
    # aiogram's own FSM would read a state for each update, and dialogs never use it.
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.workflow_data["services"] = services
    dispatcher.update.outer_middleware(ignore_unasked)
    dispatcher.update.outer_middleware(observe)
    dispatcher.update.outer_middleware(services.rights)
    dispatcher.update.outer_middleware(person)
    dispatcher.update.outer_middleware(own_chats)
    dispatcher.update.outer_middleware(remove_reply_marks)
    dispatcher.update.middleware(spare)
    dispatcher.update.middleware(person)
    # Routers are global to their modules, so a process can make one dispatcher only.
    dispatcher.include_routers(
        _outside_dialogs(
            inline_counter.router,
            game.router,
            strays.before,
            inline_offers.router,
            payments.router,
            cutlets.router,
            deep_links.router,
            commands.router,
            paysupport.router,
            stats.router,
            groups.router,
        ),
        *DIALOGS,
        strays.after,
    )
    dialogs.setup(dispatcher, stack_access_validator=OwnerAccess())
    return dispatcher


def _outside_dialogs(*routers: Router) -> Router:
    """Put routers below one that takes no press on a dialog's button.

    Each router that a press walks through takes 2 % of its CPU.
    """
    outside = Router(name="outside of dialogs")
    outside.callback_query.filter(strays.is_stray)
    outside.include_routers(*routers)
    return outside
