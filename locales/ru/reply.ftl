# Обычные клавиатуры; подписи различаются одними словами
reply-title = <b>Обычные клавиатуры</b> стоят под полем ввода. Нажатие отправляет надпись с кнопки как сообщение.
reply-cutlets = Котлеты
reply-builder = Числа
reply-naming = Принудительный ответ
reply-styles = Стили
reply-example = Оба вида рядом
reply-unknown = <i>Такого эти кнопки не отправляют.</i>
reply-echo = Вы нажали «{ $label }». Обычная кнопка отправляет свою надпись как сообщение.
reply-in-private = Это для личного чата: откройте его и отправьте команду там.

cutlets-question = Как подавать котлеты?
cutlets-switches =
    <i>Попробуйте, что делают переключатели. Низкие кнопки: по высоте надписи, а не клавиатуры телефона. На один раз: сворачивается после нажатия. Всегда на виду: свернуть нельзя. Подсказка: текст в пустом поле ввода.</i>
cutlets-with = С пюрешкой
cutlets-without = Без пюрешки
cutlets-placeholder = Выберите способ подачи
cutlets-served-with = Отличный выбор!
cutlets-served-without = Так невкусно!
switch-resize = Низкие кнопки
switch-once = На один раз
switch-persistent = Всегда на виду
switch-placeholder = Подсказка

builder-title = Сколько кнопок и по сколько в ряду?
builder-count = { $value ->
        [one] { $value } кнопка
        [few] { $value } кнопки
       *[other] { $value } кнопок
    }
builder-width = По { $value } в ряду
builder-show = Показать клавиатуру
numbers-choose = Выберите число:
numbers-chosen = Выбрано: <b>{ $number }</b>

naming-question = Что лучше всего подходит к котлетам? Это сообщение просит ответа; /start вернёт в меню.
naming-placeholder = Что-нибудь вкусное
naming-named = { $name }, так и запишем!
naming-too-long = Это длиннее { $limit ->
        [one] { $limit } знака
       *[other] { $limit } знаков
    }. Покороче, пожалуйста.

styles-title = Кнопки бывают трёх цветов. Значок видно, если владельцу бота доступны свои эмодзи.
styles-primary = Основная
styles-success = Успех
styles-danger = Опасность
styles-plain = Простая
switch-icon = Значок

example-inline = Под этим сообщением инлайн-кнопка
example-inline-button = Это инлайн-кнопка
example-pressed = Нажатие инлайн-кнопки не отправляет сообщения
example-reply = Это сообщение принесло обычную кнопку под поле ввода
example-reply-button = Это обычная кнопка
