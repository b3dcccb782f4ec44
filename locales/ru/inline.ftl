# Что предлагается за именем бота в любом чате
inline-counter = Счётчик ±1
inline-counter-named = Счётчик ±1: { $label }
inline-counter-hint = Нажимать могут все в чате, подтверждаете только вы
inline-not-yours = Это может сделать только тот, кто отправил счётчик
inline-private = Открыть чат со мной

inline-title = <b>Инлайн-режим</b>: наберите моё имя в любом чате, а за ним название, и отправьте туда счётчик. Нажимать могут все, подтверждаете только вы. Итоги тоже можно отправить.
inline-off = <i>Он выключен. Отправьте @BotFather команду /setinline и запустите бота заново. Стоит включить и /setinlinefeedback: тогда я сразу знаю, кто отправил счётчик.</i>
inline-here = В этом чате
inline-with-people = С человеком
inline-in-groups = В группе
inline-in-channels = В канале
inline-anywhere = В любом чате
inline-example = чашки чая
