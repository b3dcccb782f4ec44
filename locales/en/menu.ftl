# The menu and its help
menu-title = <b>Tally</b> counts taps and never miscounts one.
    What would you like to do?
menu-counter-one = Counter ±1
menu-counter-two = Counter ±2
menu-counter-own = My counter
menu-reply = Reply keyboards
menu-special = Special buttons
menu-links = Links
menu-callbacks = Callbacks
menu-inline = Inline mode
menu-payment = Payment
menu-game = Game
menu-counters = Open counters
menu-totals = Totals
menu-settings = Settings
menu-help = Help
back = Back

help-title = <b>What Tally can do</b>
help-row = { $command } – { $description }
help-label = A word after the command names the counter: <code>/numbers cups of tea</code>.
help-in-group = In this group everybody may tap, and the counter shows who has counted how much; only who opened it or an admin confirms.
