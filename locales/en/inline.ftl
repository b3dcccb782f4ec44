# What is offered behind the bot's name in any chat
inline-counter = Counter ±1
inline-counter-named = Counter ±1: { $label }
inline-counter-hint = Everybody in the chat may tap; only you confirm
inline-not-yours = Only who posted this counter may do that
