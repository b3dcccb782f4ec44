"""Names under which the data of an update's middlewares holds what the engine hands on.

aiogram passes one dictionary through all middlewares and handlers of an update.
"""

IN_RESPONSE = "in_response"
"""A list for the one method of the Bot API that the answer to a webhook request may carry. It stays
empty if the answer to a press would have to wait there for something else."""

IS_KEPT = "is_kept"
"""A callable that tells whether the update comes again after the next start: then nobody may be
told that it is not done."""

KEEPING = "keeping"
"""What is known of the update in the inbox, a `state.keeping.Keeping`."""

LEFT_OUT = "left_out"
"""The places of what could not be read of the update, such as `message.quote`."""
