# Цифры для администраторов бота
stats =
    <b>Сегодня</b>, UTC
    Счётчиков в ходу: { $counters }
    Нажатий: { $taps }
    Итогов: { $totals }

    <b>За { $days ->
        [one] { $days } день
        [few] { $days } дня
       *[other] { $days } дней
    }</b>
    Нажатий: { $month }
    Итогов: { $saved }

    Людей: { $users }
stats-taps = Нажатия по дням
stats-totals = Итоги по дням
