# Что Telegram показывает в списке команд
command-start = Открыть меню
command-numbers = Считать по −1 и +1
command-numbers-fab = Считать от −2 до +2
command-totals = Посмотреть итоги
command-help = Что умеет Tally
