# The page that one logs into with Telegram
login-title = Log in with Telegram
login-promise = Telegram tells this page your name, username and id: no password, no phone number.
login-open = Open the chat
login-how = Press “Log in to a page” there, under /links.
login-incomplete = That login is not complete. Please begin again.
login-forged = That login was not signed by Telegram for this page. Please begin again.
login-stale = That login is not valid now: it counts for an hour only. Please begin again.
login-clock = The bot's clock and Telegram's do not agree, so the bot can't check who you are. Please tell its owner, who has to set the clock.
login-elsewhere = You are still logged in: that did not come from this page. You can log out here.
login-inside = You are logged in with Telegram.
login-username = Username
login-id = Id
login-leave = Log out
