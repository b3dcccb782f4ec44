"""Errors that the operator must fix."""


class OperatorError(Exception):
    """Tally can't start, or can't go on. The text says why, in one readable line for each cause."""


STATUS = 2
"""The exit status after an `OperatorError` or a wrong option."""


def line_of(error: Exception) -> str:
    """Give the first line of an error's text, or the name of its class if it has none."""
    return str(error).partition("\n")[0] or type(error).__name__
