# Страница итогов, мини-приложение
page-title = Ваши итоги
page-open = Итоги на странице
page-menu = Итоги
page-sum = Сумма
page-mean = В среднем
page-smallest = Наименьший
page-largest = Наибольший
page-today = Сегодня
page-week = Эта неделя
page-streak = Подряд
page-totals = { $count ->
        [one] { $count } итог
        [few] { $count } итога
       *[other] { $count } итогов
    }
page-days = { $count ->
        [one] { $count } день
        [few] { $count } дня
       *[other] { $count } дней
    }
page-period = Период
page-period-week = Неделя
page-period-month = Месяц
page-period-year = Год
page-period-all = Всё
page-period-dates = Даты
page-since = С
page-until = По
page-earlier = Раньше
page-later = Позже
page-chart = График
page-by-time = По времени
page-by-label = По названиям
page-chart-keys = График по времени. Стрелки переходят от столбца к столбцу.
page-labels-shown = Нажмите на название, чтобы увидеть только его.
page-filters = Фильтры
page-label = Название
page-any-label = Любое
page-kind = Счётчик
page-any-kind = Любой
page-chat = Чат
page-any-chat = Любой
page-chat-own = Личный чат
page-some-chat = Группа
page-unlabelled = без названия
page-list = Список
page-more = Показать ещё
page-zone = Часовой пояс: { $zone }
page-nothing = Здесь ничего не подтверждено.
page-none = Пока ничего не подтверждено. Откройте счётчик командой /numbers, понажимайте и подтвердите.
page-again = Попробовать ещё раз
page-unreachable = Бот недоступен.

# Почему странице отказано
page-unknown = Эта страница – часть Telegram: откройте её кнопкой меню в чате с ботом.
page-forged = Telegram не подписывал этого для бота. Откройте страницу заново кнопкой меню.
page-stale = Страница открыта слишком давно. Закройте её и откройте заново кнопкой меню бота.
page-clock = Часы бота и Telegram не совпадают, поэтому бот не может проверить, кто вы. Сообщите владельцу бота: ему нужно поправить часы.
page-incomplete = Telegram не сообщает, кто вы. Откройте страницу кнопкой меню бота.
page-wrong = Бот не понимает, о чём спрашивает страница.
page-away = Сейчас итоги посмотреть нельзя. Нажатия всё равно считаются.
