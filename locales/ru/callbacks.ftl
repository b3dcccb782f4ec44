# Инлайн-кнопки с колбэками и все способы ответить на нажатие
callbacks-title = <b>Колбэки</b> зовут бота. Часы крутятся, пока он не ответит; вот какими бывают ответы.
callbacks-silent-count = Нажатий без слов: { $silent }
callbacks-brewing = Заваривается чай: { $bar } { $percent } %
callbacks-brewed = Чай готов.
callbacks-silent = Без слов
callbacks-toast = Строка
callbacks-alert = Окно
callbacks-cache = С памятью
callbacks-link = Ссылка
callbacks-brew = Ответ, потом работа
callbacks-work = Работа, потом ответ
callbacks-fail = Ошибка
callbacks-disabled = Выключена
callbacks-random = Число
callbacks-styles = Стили
callbacks-toasted = Это строка: она исчезнет сама
callbacks-alerted = Это окно: оно останется, пока вы его не закроете
callbacks-cached = Было { $time }. Ещё { $seconds } с ваш Telegram повторит это, не спрашивая меня.
callbacks-before = Чайник поставлен. Окно покажет, как там чай.
callbacks-after = Готово: этот ответ пришёл после работы

random-title = Нажмите на кнопку, чтобы бот отправил число от 1 до 10
random-press = Нажми меня
random-last = Прошлое число: { $number }.
random-thanks = Спасибо, что воспользовались ботом!

styles-pressed = Вы нажали: { $label }
