"""What only the person who runs Tally can mend."""


class OperatorError(Exception):
    """Tally can't start, or can't go on; the text says why, a readable line a fault."""


STATUS = 2
"""The exit status after a fault: a wrong setting, a wrong option, a start that failed."""
