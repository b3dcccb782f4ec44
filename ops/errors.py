"""Errors that the operator must fix."""


class OperatorError(Exception):
    """Tally can't start, or can't go on. The text says why, in one readable line for each cause."""


STATUS = 2
"""The exit status after an `OperatorError` or a wrong option."""
