# The totals; { $value }, { $sum } and the like come in plain digits
totals-title = <b>Your totals</b>
totals-title-group = <b>Totals of this group</b>
totals-none = Nothing is confirmed yet. Open a counter with /numbers, tap, and confirm.
totals-none-such = No total fits the filter.
totals-row = <b>{ $value }</b> · { $label } · { $time }
totals-row-unnamed = <b>{ $value }</b> · { $time }
totals-summary = { $count ->
        [one] { $count } total
       *[other] { $count } totals
    }, sum { $sum }
totals-newer = « Newer
totals-older = Older »
totals-filter = Filter
totals-at-a-glance = At a glance
totals-chart = Chart
totals-people = Who counted
totals-data = My data

# At a glance
totals-glance =
    Totals: { $count }
    Sum: { $sum }
    Mean: { $mean }
    Smallest: { $smallest }
    Largest: { $largest }

    Today: { $today }
    This week: { $week }
    Days in a row: { $streak }

    Days begin at midnight{ $zone }.
totals-people-title = <b>Who counted in this group</b>
totals-person = <b>{ $name }</b>: { $amount }
totals-somebody = Somebody

# Filters
totals-filter-title = <b>Which totals are shown?</b>
totals-only-label = Label: <b>{ $label }</b>
totals-only-kind = Counter: <b>{ $kind }</b>
totals-only-chat = Chat: <b>{ $chat }</b>
totals-only-days = Days: <b>{ $days }</b>
totals-by-label = Label
totals-by-kind = Counter
totals-by-chat = Chat
totals-today = Today
totals-seven-days = 7 days
totals-thirty-days = 30 days
totals-from = From…
totals-to = To…
totals-clear = Show everything
totals-label-title = Only totals of which label?
totals-kind-title = Only totals of which kind of counter?
totals-chat-title = Only totals from which chat?
totals-first-title = From which day on?
totals-last-title = Up to which day?
totals-unlabelled = without a label
totals-kind-numbers = ±1
totals-kind-numbers-fab = ±2
totals-kind-custom = your own steps
totals-kind-inline = inline mode
totals-private-chat = This chat
totals-chat-unknown = Chat { $number }

# Charts
totals-chart-title = <b>Totals</b>, { $days }
totals-chart-week = Week
totals-chart-month = Month
totals-chart-year = Year
totals-chart-filtered = As filtered
totals-chart-day = By day
totals-chart-label = By label
totals-chart-light = Light
totals-chart-dark = Dark
totals-chart-line = { $number }. <b>{ $label }</b>: { $count ->
        [one] { $count } total
       *[other] { $count } totals
    }, sum { $sum }
totals-chart-rest = All others: { $count ->
        [one] { $count } total
       *[other] { $count } totals
    }, sum { $sum }

# One's own data
totals-data-title =
    <b>Your data</b>
    Take the totals that the filter shows with you as a document, or everything that is kept of you: settings, payments, totals. Give a label another name, or delete what you no longer want.
data-everything = Everything as JSON
data-exported = All that is kept of you: settings, payments, totals. Times are in UTC.
totals-csv = As CSV
totals-json = As JSON
totals-exported = Your totals. Times are in UTC.
totals-export-coming = The document is on its way
totals-export-busy = Several documents are on their way to you already. Wait for them first.
totals-export-too-large = That would be a document of more than { $limit } MB, and Telegram takes none so large. Filter by days and take it in parts.
totals-rename = Rename a label
totals-pick = Delete a total
totals-erase = Delete everything
totals-pick-title = Which total shall be deleted?
totals-delete-title = Delete <b>{ $what }</b>?
totals-delete = Delete
totals-keep = Keep
totals-erase-title =
    Delete { $count ->
        [0] what Tally knows of you
        [one] your only total, and what Tally knows of you
       *[other] all your { $count } totals, and what Tally knows of you
    }?
totals-erase-kept = Open counters stay open. Payments stay on record under your Telegram id, as money has to be accounted for. A message that could not be read may be kept for up to 30 days.
totals-rename-title = Which label gets another name?
totals-new-label-title = What shall <b>{ $old }</b> be called? Send me 1 to { $limit } characters.
totals-unname = Take the label off
totals-label-length = A label has 1 to { $limit } characters, this one has { $length }.
totals-label-same = That is its name already.
totals-relabel-title = { $count ->
        [one] { $count } total
       *[other] { $count } totals
    } of <b>{ $old }</b> will be <b>{ $new }</b>.
totals-relabel = Rename
totals-deleted = Deleted: <b>{ $what }</b>
totals-erased = Everything is deleted.
totals-renamed = Renamed.
totals-undone = All is as it was.
totals-undo = Undo (for { $seconds } s)
totals-undo-late = It is too late to undo this
totals-changed-later = It will be done as soon as the database is back
