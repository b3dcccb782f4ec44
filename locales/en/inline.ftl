# What is offered behind the bot's name in any chat
inline-counter = Counter ±1
inline-counter-named = Counter ±1: { $label }
inline-counter-hint = Everybody in the chat may tap; only you confirm
inline-not-yours = Only who posted this counter may do that
inline-private = Open the chat with me

inline-title = <b>Inline mode</b>: type my name in any chat, and a label behind it, to post a counter there. Everybody may tap it; only you confirm. Your totals can be posted, too.
inline-off = <i>It is off. Send /setinline to @BotFather, then start the bot anew. /setinlinefeedback is worth switching on as well: then I know whose counter is whose as soon as it is posted.</i>
inline-here = In this chat
inline-with-people = With a person
inline-in-groups = In a group
inline-in-channels = In a channel
inline-anywhere = In any chat
inline-example = cups of tea
