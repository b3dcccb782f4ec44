# What Telegram shows in an empty chat with the bot (at most 512 characters), and in its profile (120)
profile-description =
    Tally counts taps and never miscounts one.

    Open a counter, tap it up and down, alone, in a group or in any chat. Confirm, and the total is kept: to look up, to chart, to export.
profile-short = Counts taps and never miscounts one: alone, in groups, in any chat.
