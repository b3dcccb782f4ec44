# The page of totals, a Mini App
page-title = Your totals
page-open = Totals on a page
page-menu = Totals
page-sum = Sum
page-mean = Mean
page-smallest = Smallest
page-largest = Largest
page-today = Today
page-week = This week
page-streak = In a row
page-totals = { $count ->
        [one] { $count } total
       *[other] { $count } totals
    }
page-days = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
page-period = Period
page-period-week = Week
page-period-month = Month
page-period-year = Year
page-period-all = All
page-period-dates = Dates
page-since = From
page-until = To
page-earlier = Earlier
page-later = Later
page-chart = Chart
page-by-time = Over time
page-by-label = By label
page-chart-keys = Chart over time. The arrow keys go from bar to bar.
page-labels-shown = Press a label to see it alone.
page-filters = Filters
page-label = Label
page-any-label = Any
page-kind = Counter
page-any-kind = Any
page-chat = Chat
page-any-chat = Any
page-chat-own = Private chat
page-some-chat = A group
page-unlabelled = no label
page-list = List
page-more = Show more
page-zone = Time zone: { $zone }
page-nothing = Nothing was confirmed here.
page-none = Nothing is confirmed yet. Open a counter with /numbers, tap, and confirm.
page-again = Try again
page-unreachable = The bot can't be reached.

# Why a request of the page is refused
page-unknown = This page is a part of Telegram: open it by the menu button of the chat with the bot.
page-forged = Telegram has not signed this for the bot. Open the page anew by its menu button.
page-stale = This page has been open for too long. Close it and open it anew by the bot's menu button.
page-clock = The bot's clock and Telegram's do not agree, so the bot can't check who you are. Please tell its owner, who has to set the clock.
page-incomplete = Telegram does not say who you are. Open the page by the bot's menu button.
page-wrong = The bot can't make sense of what the page asks for.
page-away = The totals can't be looked up at the moment. Taps count all the same.
