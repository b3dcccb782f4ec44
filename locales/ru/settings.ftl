# Настройки; { $value }, { $steps } и { $limit } приходят простыми цифрами
settings-title = <b>Настройки</b>
settings-language-spoken = Язык: { $language }, как в вашем Telegram
settings-language-chosen = Язык: { $language }
settings-zone = Часовой пояс: { $city }, там сейчас { $now }
settings-zone-none = Часовой пояс не выбран, поэтому время по UTC. Сейчас { $now } UTC.
settings-steps = Шаги счётчика /count: { $steps }
settings-named = Итог без названия: спрашиваю, как назвать
settings-unnamed = Итог без названия так и остаётся
settings-language = Язык
settings-time-zone = Часовой пояс
settings-own-steps = Шаги
settings-names = Названия
settings-data = Мои данные
settings-anonymous = Настройки у каждого свои. Отправьте /settings от своего имени или в личном чате.
settings-not-saved = Сейчас это не сохранить, поэтому всё осталось как было. Попробуйте чуть позже.

language-question = На каком языке говорить? Открытые окна сменят его сразу.
language-of-client = Как в моём Telegram

steps-question = <b>Шаги</b> счётчиков, которые вы открываете командой /count. У открытых шаги не изменятся.
steps-typed = <i>Другие можно прислать текстом: от 1 до { $count } разных чисел не больше ±{ $limit }, например <code>-50 1 2</code></i>
steps-wrong = Это не шаги. Пришлите от 1 до { $count } разных целых чисел от -{ $limit } до { $limit }, кроме 0, например: -50 1 2

names-question = Спрашивать название, когда вы подтверждаете счётчик без него? Итог сохранится ещё до вопроса. В группах не спрашиваю.
names-ask = Спрашивать
names-leave = Не спрашивать

zone-question = По каким часам вы живёте? Выберите часть света, потом город.
zone-city = <b>{ $region }</b>: в каком городе ваше время?
zone-by-place = По моему месту
zone-utc = Не нужен: показывать UTC
zone-place = Пришлите, где вы находитесь; запомню только часовой пояс.
zone-send-place = Отправить геопозицию
zone-nowhere = Для этого места часовой пояс не находится.
zone-africa = Африка
zone-america = Америка
zone-antarctica = Антарктика
zone-arctic = Арктика
zone-asia = Азия
zone-atlantic = Атлантика
zone-australia = Австралия
zone-europe = Европа
zone-indian = Индийский океан
zone-pacific = Тихий океан

name-question =
    Итого: { $value }. Сохранено. <b>Что вы считали?</b> Пришлите название.
name-none = Без названия
