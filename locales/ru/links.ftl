# Кнопки, с которыми клиент справляется сам
links-title = <b>Выберите ссылку.</b> Их ваш Telegram открывает сам; я об этом не узнаю.
links-profile-note = <i>Ваш профиль не нажать, если в настройках вы запретили ссылки на себя в пересланных сообщениях.</i>
links-app-elsewhere = <i>Mini App: его кнопка есть в нашем личном чате.</i>
links-page = GitHub
links-channel = Официальный канал Telegram
links-profile = Ваш профиль
links-copy = Скопировать ваш id
