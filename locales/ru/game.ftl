# Игра: окно, страница и подписи
game-title = <b>Кто быстрее</b>
game-no-name = <i>Игры пока нет. Отправьте @BotFather команду /newgame, укажите короткое имя игры в GAME_SHORT_NAME и перезапустите бота.</i>
game-no-page = <i>У страницы игры нет адреса: укажите WEB_APP_URL.</i>
game-refused = <i>Telegram не знает этой игры: совпадает ли GAME_SHORT_NAME с именем у @BotFather?</i>
game-play = Играть
game-best = Рекорды
game-share = Бросить вызов
game-no-scores = Здесь ещё никто не играл
game-unknown = Эта игра больше не моя

game-name = Кто быстрее
game-how = Нажимайте как можно чаще: с первого нажатия у вас { $seconds } секунд.
game-tap = Жмите!
game-again = Ещё раз
game-saving = Время вышло! Сохраняю…
game-saved = Время вышло! Ваш счёт уже в чате.
game-taken = Счёт сохранён. Для нового раунда нажмите «Играть» в чате.
game-over = Этот раунд окончен. Нажмите «Играть» в чате, чтобы начать новый.
game-failed = Нет связи с ботом: этот счёт потерян.
