# Счётчик; { $value } приходит простыми цифрами
counter-label = <b>{ $label }</b>
counter-share = { $amount } · { $name }
counter-share-more = и ещё { $count }
counter-of-one = <i>Нажимает только { $name }</i>
counter-value = Укажите число: { $value }
counter-confirm = Подтвердить
counter-cancel = Отмена
counter-total = Итого: { $value }
counter-cancelled = Отменено
counter-kept = Остановились на { $value }: вернуться можно из меню
counter-at-the-end = Дальше счётчик не идёт
counter-label-too-long =
    В названии счётчика может быть не больше { $limit ->
        [one] { $limit } знака
       *[other] { $limit } знаков
    }, а в этом { $length ->
        [one] { $length } знак
        [few] { $length } знака
       *[other] { $length } знаков
    }.
counter-personal = Этот счётчик нажимает только { $name }. Общий откроет /numbers.
counter-too-many = Здесь у вас открыто счётчиков: { $limit }. Сначала закройте один, их покажет /counters.
counter-not-yours = Это может сделать только тот, кто открыл счётчик, или администратор группы
counter-saved-later = Итого: { $value }. Число сохранится, как только база данных станет доступна.
