# The totals; { $value } and { $sum } come in plain digits
totals-title = <b>Your totals</b>
totals-none = Nothing is confirmed yet. Open a counter with /numbers, tap, and confirm.
totals-row = <b>{ $value }</b> · { $label } · { $time } UTC
totals-row-unnamed = <b>{ $value }</b> · { $time } UTC
totals-summary = { $count ->
        [one] { $count } total
       *[other] { $count } totals
    }, sum { $sum }
totals-newer = « Newer
totals-older = Older »
totals-anonymous = Totals are personal. Send /totals in your own name, or in the private chat.
