# The menu and its help
menu-title = <b>Tally</b> counts taps and never miscounts one.
    What would you like to do?
menu-counter-one = Counter ±1
menu-counter-two = Counter ±2
menu-reply = Reply keyboards
menu-special = Special buttons
menu-links = Links
menu-callbacks = Callbacks
menu-inline = Inline mode
menu-payment = Payment
menu-game = Game
menu-counters = Open counters
menu-totals = Totals
menu-help = Help
back = Back

help =
    <b>What Tally can do</b>

    /numbers – a counter with −1 and +1
    /numbers_fab – a counter with −2 to +2
    /numbers_own, /numbers_fab_own – in a group, a counter that you alone tap
    /counters – the counters that you have open
    /totals – what you have confirmed
    /cutlets – buttons that send their label
    /reply_builder – a keyboard of numbers
    /special_buttons – share a place, a number, a poll, people, a chat
    /buttons_example – both kinds of keyboard side by side
    /links – buttons that open or copy something
    /callbacks – every way to answer a press
    /random – a number from 1 to 10
    /inline – counters in any chat
    /payment – Telegram Stars, a card, receipts
    /paysupport – questions about a payment
    /terms – what payments are for
    /game – who taps fastest?
    /start – the menu
    /help – this page

    A word after the command names the counter: <code>/numbers cups of tea</code>. In a group everybody may tap, and the counter shows who has counted how much; only you or an admin confirms.
