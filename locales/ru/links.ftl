# Кнопки, с которыми клиент справляется сам
links-title = <b>Выберите ссылку.</b> Их ваш Telegram открывает сам, меня не спрашивая.
links-profile-note = <i>Ваш профиль не нажать, если в настройках вы запретили ссылки на себя в пересланных сообщениях.</i>
links-app-elsewhere = <i>Мини-приложение: его кнопка есть в нашем личном чате.</i>
links-domain-note = <i>Если кнопка входа не нажимается, мой владелец ещё не сообщил @BotFather домен из WEB_APP_URL (/setdomain).</i>
links-no-pages = <i>Вход на страницу и мини-приложение: задайте WEB_APP_URL, их адрес на https, и сообщите его домен @BotFather командой /setdomain.</i>
links-page = GitHub
links-channel = Официальный канал Telegram
links-profile = Ваш профиль
links-login = Войти на страницу
links-copy = Скопировать ваш id
links-share = Ссылки на Tally
