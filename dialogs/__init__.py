"""The dialogs, one module a feature."""

from dialogs import counter, menu, totals

DIALOGS = (menu.dialog, counter.dialog, totals.dialog)
"""All of them; what they are joined to is the app's business."""
