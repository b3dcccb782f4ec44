# Groups, and the list of open counters; { $value } comes in plain digits
greeting =
    Hello! I count taps and never miscount one.

    /numbers opens a counter that everybody here may tap, /numbers_own one that you alone tap. A word behind the command names it: <code>/numbers cups of tea</code>. Who has opened a counter confirms it, or an admin.
    /help shows the rest.

counters-title = <b>Your open counters in this chat</b>
counters-none = None at the moment. /numbers opens one.
counters-hint = A button below posts that counter anew, at the end of the chat.
counters-row = { $number }. { $counter }: <b>{ $value }</b>
counters-unnamed = Counter
