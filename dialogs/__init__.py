"""The dialogs, one module a feature."""

from dialogs import counter, menu, totals

DIALOGS = (counter.dialog, menu.dialog, totals.dialog)
"""All of them, the most pressed first; what they are joined to is the app's business."""
