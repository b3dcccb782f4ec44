# Reply keyboards; labels are told apart by their words alone
reply-title = <b>Reply keyboards</b> stand under the input field. A press sends its label as a message.
reply-cutlets = Cutlets
reply-builder = Numbers
reply-naming = Forced reply
reply-styles = Styles
reply-example = Both kinds side by side
reply-unknown = <i>None of these buttons sends that.</i>
reply-echo = You pressed “{ $label }”. A regular button sends its label as a message.
reply-in-private = That is for our private chat: open it and send the command there.

cutlets-question = How should the cutlets be served?
cutlets-switches =
    <i>Try what the options do. Low buttons: as high as their labels, not as a phone's keyboard. One time: it folds away after a press. Always shown: it can't be folded away. Hint: a text in the empty input field.</i>
cutlets-with = With mashed potatoes
cutlets-without = Without mashed potatoes
cutlets-placeholder = Choose a serving method
cutlets-served-with = Excellent choice!
cutlets-served-without = That's not tasty!
switch-resize = Low buttons
switch-once = One time
switch-persistent = Always shown
switch-placeholder = Hint

builder-title = How many buttons, and how many a row?
builder-count = { $value ->
        [one] { $value } button
       *[other] { $value } buttons
    }
builder-width = { $value } a row
builder-show = Show the keyboard
numbers-choose = Choose a number:
numbers-chosen = Chosen: <b>{ $number }</b>

naming-question = What goes best with cutlets? This message asks for a reply; /start leads back to the menu.
naming-placeholder = Something tasty
naming-named = { $name } it is!
naming-too-long = That is more than { $limit } characters. Shorter, please.

styles-title = Buttons come in three colours. The icon shows if the bot's owner may use custom emoji.
styles-primary = Primary
styles-success = Success
styles-danger = Danger
styles-plain = Plain
switch-icon = Icon

example-inline = This message has an inline button below it
example-inline-button = This is an inline button
example-pressed = An inline press sends no message
example-reply = This message has brought a regular button under the input field
example-reply-button = This is a regular button
