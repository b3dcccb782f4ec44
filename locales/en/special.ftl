# Special buttons, and what comes back from them
special-title = <b>Special buttons</b> ask for something. Nothing of it is kept. Choose an action:
special-no-bots = <i>Creating bots: switch on the management of other bots in @BotFather's Mini App, then start the bot anew.</i>
special-no-app = <i>Mini App: set WEB_APP_URL to its https address.</i>
special-ask-location = Location
special-ask-contact = Contact
special-ask-poll = Poll
special-ask-quiz = Quiz
special-ask-either = Poll or quiz
special-ask-people = People
special-ask-bots = A bot
special-ask-premium = With Premium
special-ask-group = A group
special-ask-forum = A forum
special-ask-channel = A channel
special-ask-own = A group of mine
special-ask-bot = Create a bot
special-ask-app = Mini App
special-closed = That question is no longer open.

special-place = You are at { $latitude }, { $longitude }.
special-contact-own = Your own number: { $number }
special-contact-other = That is somebody else's number. The button sends your own.
special-contact-unknown = That contact tells no Telegram account, so it may be anybody's. The button sends your own.
special-poll-made = A poll: “{ $question }”, { $count ->
        [one] { $count } answer
       *[other] { $count } answers
    }.
special-quiz-made = A quiz: “{ $question }”, { $count ->
        [one] { $count } answer
       *[other] { $count } answers
    }.
special-poll-forwarded = That poll was forwarded. The button makes one of your own.
special-users = { $count ->
        [one] You have shared one account:
       *[other] You have shared { $count } accounts:
    }
    { $people }
special-users-many = Only { $limit } at most can be shared for this question.
special-chat-seen = You have shared a chat that I am in: { $chat }
special-chat-hidden = You have shared a chat: { $chat }. I can't see it, so its id is all I know.
special-bot-made = You have created { $bot }.
special-app-sent = The Mini App has sent: { $choice }
special-app-strange = That is not what the Mini App sends.
