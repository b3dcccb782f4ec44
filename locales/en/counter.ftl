# A counter; { $value } comes in plain digits
counter-label = <b>{ $label }</b>
counter-share = { $amount } · { $name }
counter-share-more = and { $count } more
counter-of-one = <i>{ $name } alone taps</i>
counter-value = Specify the number: { $value }
counter-confirm = Confirm
counter-cancel = Cancel
counter-total = Total: { $value }
counter-cancelled = Cancelled
counter-kept = Kept at { $value }: the menu leads back to it
counter-at-the-end = That is as far as a counter goes
counter-label-too-long = A counter's name has at most { $limit } characters, this one has { $length }.
counter-personal = Only { $name } taps this counter. /numbers opens one for all.
counter-too-many = You have { $limit } counters open here. Close one first; /counters finds them.
counter-not-yours = Only who opened this counter or an admin of the group may do that
counter-saved-later = Total: { $value }. It is saved as soon as the database is back.
