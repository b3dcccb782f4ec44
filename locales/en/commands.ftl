# What Telegram shows in the list of commands
command-start = Open the menu
command-numbers = Count with −1 and +1
command-numbers-fab = Count with −2 to +2
command-count = Count by steps of your own
command-totals = See your totals
command-cutlets = Choose how the cutlets are served
command-reply-builder = Press a keyboard of numbers
command-special-buttons = Share a place, people, a chat
command-buttons-example = See both kinds of buttons
command-inline-url = Choose a link
command-links = See what buttons can open
command-random = Get a number from 1 to 10
command-callbacks = See every way to answer a press
command-inline = Post a counter in any chat
command-settings = Choose language, time zone, steps
command-game = Play a game
command-help = What Tally can do
