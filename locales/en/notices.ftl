# Short answers to presses and messages
notice-ended = This one has ended. Send /start for the menu or /numbers for a new counter.
notice-foreign = This window belongs to somebody else. Send /start for your own.
notice-not-offered = This button is not available now
notice-error = Something went wrong, try again
notice-hint = I only know commands here: /start shows the menu, /help explains.
notice-away = Try again in a moment
notice-unsent = I may not write here. An admin can let me.
notice-unsent-in = I may not write in { $chat }, so I can't open that there. An admin can let me.
notice-unread = Telegram sent this in a form that I can't read, so nothing has changed.
