# The menu and its help
menu-title = <b>Tally</b> counts taps and never miscounts one.
    What would you like to do?
menu-counter-one = Counter ±1
menu-counter-two = Counter ±2
menu-totals = Totals
menu-help = Help
back = Back

help =
    <b>What Tally can do</b>

    /numbers – a counter with −1 and +1
    /numbers_fab – a counter with −2 to +2
    /totals – what you have confirmed
    /start – the menu
    /help – this page

    A word after the command names the counter: <code>/numbers cups of tea</code>. In a group everybody may tap; only you or an admin confirms.
