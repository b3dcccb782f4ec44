"""What is no window: commands, presses without a dialog, errors."""
