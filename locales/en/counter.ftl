# A counter; { $value } comes in plain digits
counter-label = <b>{ $label }</b>
counter-value = Specify the number: { $value }
counter-confirm = Confirm
counter-cancel = Cancel
counter-total = Total: { $value }
counter-cancelled = Cancelled
counter-kept = Kept at { $value }: the menu leads back to it
counter-at-the-end = That is as far as a counter goes
counter-label-too-long = A counter's name has at most { $limit } characters, this one has { $length }.
counter-not-yours = Only who opened this counter or an admin of the group may do that
counter-saved-later = Total: { $value }. It is saved as soon as the database is back.
