# The game: its window, its page, and what it is called in inline mode
game-title = <b>Tap race</b>
game-no-name = <i>I have no game yet. Send /newgame to @BotFather, then set GAME_SHORT_NAME to its short name and start the bot anew.</i>
game-no-page = <i>Its page has no address: set WEB_APP_URL.</i>
game-refused = <i>Telegram does not know my game: is GAME_SHORT_NAME as @BotFather has it?</i>
game-play = Play
game-best = High scores
game-share = Challenge
game-no-scores = Nobody has played here yet
game-unknown = This game is no longer mine

game-name = Tap race
game-how = Tap as often as you can: you have { $seconds } seconds from the first tap on.
game-tap = Tap!
game-again = Once more
game-saving = Time is up! Saving…
game-saved = Time is up! Your score is in the chat.
game-taken = Your score is saved. For another round press Play in the chat.
game-over = This round is over. Press Play in the chat for another.
game-failed = I can't be reached, so this score is lost.
