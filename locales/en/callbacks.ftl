# Callback buttons, and every way to answer a press
callbacks-title = <b>Callbacks</b> call the bot. The spinner turns until it answers; these are the ways to.
callbacks-silent-count = Silent presses: { $silent }
callbacks-brewing = Brewing tea: { $bar } { $percent } %
callbacks-brewed = The tea is ready.
callbacks-silent = Silent
callbacks-toast = Toast
callbacks-alert = Alert
callbacks-cache = Remembered
callbacks-link = Link
callbacks-brew = Answer, then work
callbacks-work = Work, then answer
callbacks-fail = Failure
callbacks-disabled = Disabled
callbacks-random = A number
callbacks-styles = Styles
callbacks-toasted = This is a toast: it goes by itself
callbacks-alerted = This is an alert: it stays until you close it
callbacks-cached = It was { $time }. For { $seconds } seconds your Telegram repeats this without asking me.
callbacks-before = The kettle is on. The window shows how far the tea is.
callbacks-after = Done: this answer came after the work

random-title = Press the button for the bot to send a number from 1 to 10
random-press = Press me
random-last = The last one was { $number }.
random-thanks = Thank you for using the bot!

styles-pressed = You have pressed: { $label }
