"""The dialogs, one module a feature."""

from dialogs import (
    bill,
    callbacks,
    counter,
    game,
    inline_mode,
    links,
    menu,
    naming,
    payment,
    reply_builder,
    reply_keyboards,
    settings,
    share,
    special_buttons,
    time_zone,
    totals,
)

DIALOGS = (
    counter.dialog,
    menu.dialog,
    totals.dialog,
    reply_keyboards.dialog,
    reply_keyboards.example_dialog,
    reply_builder.dialog,
    special_buttons.dialog,
    callbacks.dialog,
    links.dialog,
    share.dialog,
    inline_mode.dialog,
    settings.dialog,
    time_zone.dialog,
    naming.dialog,
    payment.dialog,
    bill.dialog,
    game.dialog,
)
"""All of them, the most pressed first; what they are joined to is the app's business."""
