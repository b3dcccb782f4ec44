# Итоги; { $value }, { $sum } и подобные приходят простыми цифрами
totals-title = <b>Ваши итоги</b>
totals-title-group = <b>Итоги этой группы</b>
totals-none = Пока ничего не подтверждено. Откройте счётчик командой /numbers, понажимайте и подтвердите.
totals-none-such = Под этот фильтр ничего не подходит.
totals-row = <b>{ $value }</b> · { $label } · { $time }
totals-row-unnamed = <b>{ $value }</b> · { $time }
totals-summary = { $count ->
        [one] { $count } итог
        [few] { $count } итога
       *[other] { $count } итогов
    }, сумма { $sum }
totals-newer = « Новее
totals-older = Старее »
totals-filter = Фильтр
totals-at-a-glance = Сводка
totals-chart = График
totals-people = Кто считал
totals-data = Мои данные

# Сводка
totals-glance =
    Итогов: { $count }
    Сумма: { $sum }
    В среднем: { $mean }
    Наименьший: { $smallest }
    Наибольший: { $largest }

    Сегодня: { $today }
    На этой неделе: { $week }
    Дней подряд: { $streak }

    День начинается в полночь{ $zone }.
totals-people-title = <b>Кто считал в этой группе</b>
totals-person = <b>{ $name }</b>: { $amount }
totals-somebody = Кто-то

# Фильтры
totals-filter-title = <b>Какие итоги показать?</b>
totals-only-label = Название: <b>{ $label }</b>
totals-only-kind = Счётчик: <b>{ $kind }</b>
totals-only-chat = Чат: <b>{ $chat }</b>
totals-only-days = Дни: <b>{ $days }</b>
totals-by-label = Название
totals-by-kind = Счётчик
totals-by-chat = Чат
totals-today = Сегодня
totals-seven-days = 7 дней
totals-thirty-days = 30 дней
totals-from = С дня…
totals-to = По день…
totals-clear = Показать всё
totals-label-title = Итоги с каким названием показать?
totals-kind-title = Итоги какого счётчика показать?
totals-chat-title = Итоги из какого чата показать?
totals-first-title = С какого дня?
totals-last-title = По какой день?
totals-unlabelled = без названия
totals-kind-numbers = ±1
totals-kind-numbers-fab = ±2
totals-kind-custom = свои шаги
totals-kind-inline = инлайн-режим
totals-private-chat = Этот чат
totals-chat-unknown = Чат { $number }

# Графики
totals-chart-title = <b>Итоги</b>, { $days }
totals-chart-week = Неделя
totals-chart-month = Месяц
totals-chart-year = Год
totals-chart-filtered = По фильтру
totals-chart-day = По дням
totals-chart-label = По названиям
totals-chart-light = Светлый
totals-chart-dark = Тёмный
totals-chart-line = { $number }. <b>{ $label }</b>: { $count ->
        [one] { $count } итог
        [few] { $count } итога
       *[other] { $count } итогов
    }, сумма { $sum }
totals-chart-rest = Все остальные: { $count ->
        [one] { $count } итог
        [few] { $count } итога
       *[other] { $count } итогов
    }, сумма { $sum }

# Свои данные
totals-data-title =
    <b>Ваши данные</b>
    Отфильтрованные итоги можно забрать документом, или сразу всё, что о вас хранится: настройки, платежи, итоги. Название можно поменять, а ненужное – удалить.
data-everything = Всё сразу в JSON
data-exported = Всё, что о вас хранится: настройки, платежи, итоги. Время указано по UTC.
totals-csv = В CSV
totals-json = В JSON
totals-exported = Ваши итоги. Время указано по UTC.
totals-export-coming = Документ скоро придёт
totals-export-busy = К вам уже идёт несколько документов. Сначала дождитесь их.
totals-export-too-large = Документ получился бы больше { $limit } МБ, а таких Telegram не принимает. Отфильтруйте по дням и заберите его по частям.
totals-rename = Переименовать
totals-pick = Удалить итог
totals-erase = Удалить всё
totals-pick-title = Какой итог удалить?
totals-delete-title = Удалить <b>{ $what }</b>?
totals-delete = Удалить
totals-keep = Оставить
totals-erase-title =
    Удалить { $count ->
        [0] всё, что Tally знает о вас
        [one] ваш { $count } итог и всё, что Tally знает о вас
        [few] все ваши { $count } итога и всё, что Tally знает о вас
       *[other] все ваши { $count } итогов и всё, что Tally знает о вас
    }?
totals-erase-kept = Открытые счётчики останутся открытыми. Платежи останутся в учёте под вашим номером в Telegram: деньги должны быть учтены. Сообщение, которое не удалось прочитать, может храниться до 30 дней.
totals-rename-title = Какое название поменять?
totals-new-label-title = Как теперь назвать <b>{ $old }</b>? Пришлите от 1 до { $limit ->
        [one] { $limit } знака
       *[other] { $limit } знаков
    }.
totals-unname = Убрать название
totals-label-length = В названии может быть от 1 до { $limit ->
        [one] { $limit } знака
       *[other] { $limit } знаков
    }, а в этом { $length ->
        [one] { $length } знак
        [few] { $length } знака
       *[other] { $length } знаков
    }.
totals-label-same = Так оно и называется.
totals-relabel-title = { $count ->
        [one] { $count } итог с названием <b>{ $old }</b> получит
        [few] { $count } итога с названием <b>{ $old }</b> получат
       *[other] { $count } итогов с названием <b>{ $old }</b> получат
    } название <b>{ $new }</b>.
totals-relabel = Переименовать
totals-deleted = Удалено: <b>{ $what }</b>
totals-erased = Всё удалено.
totals-renamed = Переименовано.
totals-undone = Всё как было.
totals-undo = Вернуть (ещё { $seconds } с)
totals-undo-late = Вернуть уже нельзя: прошло слишком много времени
totals-changed-later = Это будет сделано, как только база данных станет доступна
