# Меню и справка
menu-title = <b>Tally</b> считает нажатия и ни разу не ошибается.
    Что будем делать?
menu-counter-one = Счётчик ±1
menu-counter-two = Счётчик ±2
menu-counter-own = Свой счётчик
menu-reply = Обычные клавиатуры
menu-special = Особые кнопки
menu-links = Ссылки
menu-callbacks = Колбэки
menu-inline = Инлайн-режим
menu-payment = Оплата
menu-game = Игра
menu-counters = Открытые счётчики
menu-totals = Итоги
menu-settings = Настройки
menu-help = Помощь
back = Назад

help-title = <b>Что умеет Tally</b>
help-row = { $command } – { $description }
help-label = Слова после команды назовут счётчик: <code>/numbers чашки чая</code>.
help-in-group = В этой группе нажимать может каждый, и видно, кто сколько насчитал; подтверждает только открывший счётчик или администратор.
