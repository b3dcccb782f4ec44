# Settings; { $value }, { $steps } and { $limit } come in plain digits
settings-title = <b>Settings</b>
settings-language-spoken = Language: { $language }, as in your Telegram
settings-language-chosen = Language: { $language }
settings-zone = Time zone: { $city }, where it is { $now }
settings-zone-none = Time zone: none, so times are UTC. It is { $now } UTC.
settings-steps = Steps of /count: { $steps }
settings-named = Totals without a name: I ask for one
settings-unnamed = Totals without a name stay so
settings-language = Language
settings-time-zone = Time zone
settings-own-steps = Steps
settings-names = Names
settings-data = My data
settings-anonymous = Settings are personal. Send /settings in your own name, or in the private chat.
settings-not-saved = That can't be saved at the moment, so everything stays as it was. Try again in a moment.

language-question = Which language should I speak? Your open windows follow at once.
language-of-client = As in my Telegram

steps-question = <b>Steps</b> of the counters that you open by /count. Those that are open keep theirs.
steps-typed = <i>Others can be typed: 1 to { $count } different numbers up to ±{ $limit }, such as <code>-50 1 2</code></i>
steps-wrong = Those are no steps. Send 1 to { $count } different whole numbers from -{ $limit } to { $limit }, without 0, such as: -50 1 2

names-question = Shall I ask for a name when you confirm a counter that has none? The total is saved first. In groups I never ask.
names-ask = Ask me
names-leave = Leave it without

zone-question = Which clock do you live by? Choose a region, then a city.
zone-city = <b>{ $region }</b>: which city has your time?
zone-by-place = By where I am
zone-utc = None: show UTC
zone-place = Send the place where you are; I keep the time zone alone.
zone-send-place = Send my location
zone-nowhere = I can't find a time zone for that place.
zone-africa = Africa
zone-america = America
zone-antarctica = Antarctica
zone-arctic = Arctic
zone-asia = Asia
zone-atlantic = Atlantic
zone-australia = Australia
zone-europe = Europe
zone-indian = Indian Ocean
zone-pacific = Pacific

name-question =
    Total: { $value }. It is saved. <b>What did you count?</b> Send a name for it.
name-none = No name
