# Меню и справка
menu-title = <b>Tally</b> считает нажатия и ни разу не ошибается.
    Что будем делать?
menu-counter-one = Счётчик ±1
menu-counter-two = Счётчик ±2
menu-reply = Обычные клавиатуры
menu-special = Особые кнопки
menu-links = Ссылки
menu-callbacks = Колбэки
menu-inline = Инлайн-режим
menu-payment = Оплата
menu-game = Игра
menu-counters = Открытые счётчики
menu-totals = Итоги
menu-help = Помощь
back = Назад

help =
    <b>Что умеет Tally</b>

    /numbers – счётчик с −1 и +1
    /numbers_fab – счётчик от −2 до +2
    /numbers_own, /numbers_fab_own – в группе: счётчик, который нажимаете только вы
    /counters – ваши открытые счётчики
    /totals – что вы подтвердили
    /cutlets – кнопки, которые отправляют свою надпись
    /reply_builder – клавиатура из чисел
    /special_buttons – поделиться местом, номером, опросом, людьми, чатом
    /buttons_example – оба вида клавиатур рядом
    /links – кнопки, которые что-то открывают или копируют
    /callbacks – все способы ответить на нажатие
    /random – число от 1 до 10
    /inline – счётчики в любом чате
    /payment – звёзды Telegram, карта, чеки
    /paysupport – вопросы об оплате
    /terms – условия оплаты
    /game – кто быстрее?
    /start – меню
    /help – эта страница

    Слова после команды назовут счётчик: <code>/numbers чашки чая</code>. В группе нажимать может каждый, и видно, кто сколько насчитал; подтверждаете только вы или администратор.
