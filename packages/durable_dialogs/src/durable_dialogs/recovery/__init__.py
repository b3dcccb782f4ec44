"""Pending redraws, and windows and dialogs that outlive a process or a group upgrade."""
