# Особые кнопки и что от них приходит
special-title = <b>Особые кнопки</b> о чём-нибудь просят. Ничего из этого не хранится. Выберите действие:
special-no-bots = <i>Создание ботов: включите управление другими ботами в мини-приложении @BotFather и перезапустите бота.</i>
special-no-app = <i>Мини-приложение: задайте WEB_APP_URL, его адрес на https.</i>
special-ask-location = Геолокация
special-ask-contact = Контакт
special-ask-poll = Опрос
special-ask-quiz = Викторина
special-ask-either = Опрос или викторина
special-ask-people = Люди
special-ask-bots = Бот
special-ask-premium = С Premium
special-ask-group = Группа
special-ask-forum = Форум
special-ask-channel = Канал
special-ask-own = Моя группа
special-ask-bot = Создать бота
special-ask-app = Мини-приложение
special-closed = Этот вопрос уже закрыт.

special-place = Вы здесь: { $latitude }, { $longitude }.
special-contact-own = Ваш собственный номер: { $number }
special-contact-other = Это чужой номер. Кнопка отправляет ваш собственный.
special-contact-unknown = В этом контакте нет аккаунта Telegram, он может быть чьим угодно. Кнопка отправляет ваш собственный.
special-poll-made = Опрос: «{ $question }», { $count ->
        [one] { $count } ответ
        [few] { $count } ответа
       *[other] { $count } ответов
    }.
special-quiz-made = Викторина: «{ $question }», { $count ->
        [one] { $count } ответ
        [few] { $count } ответа
       *[other] { $count } ответов
    }.
special-poll-forwarded = Этот опрос переслан. Кнопка создаст ваш собственный.
special-users = Вы поделились { $count ->
        [one] { $count } аккаунтом:
       *[other] { $count } аккаунтами:
    }
    { $people }
special-users-many = На этот вопрос можно выбрать не больше { $limit }.
special-chat-seen = Вы поделились чатом, в котором я есть: { $chat }
special-chat-hidden = Вы поделились чатом: { $chat }. Мне его не видно, я знаю только его номер.
special-bot-made = Вы создали { $bot }.
special-app-sent = Мини-приложение прислало: { $choice }
special-app-strange = Мини-приложение такого не присылает.
