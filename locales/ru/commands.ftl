# Что Telegram показывает в списке команд
command-start = Открыть меню
command-numbers = Считать по −1 и +1
command-numbers-fab = Считать от −2 до +2
command-count = Считать своими шагами
command-totals = Посмотреть итоги
command-cutlets = Выбрать, как подать котлеты
command-reply-builder = Понажимать на числа
command-special-buttons = Поделиться местом, людьми, чатом
command-buttons-example = Увидеть оба вида кнопок
command-inline-url = Выбрать ссылку
command-links = Увидеть, что умеют открывать кнопки
command-random = Получить число от 1 до 10
command-callbacks = Увидеть все ответы на нажатия
command-inline = Отправить счётчик в любой чат
command-settings = Выбрать язык, часовой пояс, шаги
command-game = Сыграть в игру
command-help = Что умеет Tally
