# Что предлагается за именем бота в любом чате
inline-counter = Счётчик ±1
inline-counter-named = Счётчик ±1: { $label }
inline-counter-hint = Нажимать могут все в чате, подтверждаете только вы
inline-not-yours = Это может только тот, кто отправил счётчик
