# Figures for the bot's admins
stats =
    <b>Today</b>, UTC
    Counters in use: { $counters }
    Taps: { $taps }
    Totals: { $totals }

    <b>In { $days } days</b>
    Taps: { $month }
    Totals: { $saved }

    People: { $users }
stats-taps = Taps by day
stats-totals = Totals by day
