"""Keys under which the engine passes data on to an update's middlewares and handlers.

aiogram passes one dictionary through all of them.
"""

IN_RESPONSE = "in_response"
"""A list for the one method of the Bot API that the response to a webhook request can carry. It
stays empty if the answer to a press would have to wait in the response for other work."""

IS_KEPT = "is_kept"
"""A callable that returns whether the update may come again after the next start. If it may, the
bot must not tell the person that it was not done."""

RETENTION = "retention"
"""What the inbox knows about the update, a `state.retention.Retention`."""

KEPT_AS = "kept_as"
"""The number by which an update of a background manager is remembered; see `Background`."""

LEFT_OUT = "left_out"
"""The paths of those parts of the update that could not be read, such as `message.quote`."""

OFFERED = "offered_buttons"
"""What the engine remembers of the buttons that windows offer, an `OfferedButtons`."""
