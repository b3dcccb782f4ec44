# What Telegram shows in the list of commands
command-start = Open the menu
command-numbers = Count with −1 and +1
command-numbers-fab = Count with −2 to +2
command-totals = See your totals
command-help = What Tally can do
