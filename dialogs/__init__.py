"""The dialogs, one module a feature."""

from dialogs import (
    bill,
    callbacks,
    counter,
    counters,
    game,
    greeting,
    inline_mode,
    links,
    menu,
    payment,
    reply_builder,
    reply_keyboards,
    special_buttons,
    totals,
)

DIALOGS = (
    counter.dialog,
    menu.dialog,
    totals.dialog,
    counters.dialog,
    greeting.dialog,
    reply_keyboards.dialog,
    reply_keyboards.example_dialog,
    reply_builder.dialog,
    special_buttons.dialog,
    callbacks.dialog,
    links.dialog,
    inline_mode.dialog,
    payment.dialog,
    bill.dialog,
    game.dialog,
)
"""All of them, the most pressed first; what they are joined to is the app's business."""
