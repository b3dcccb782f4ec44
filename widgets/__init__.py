"""Widgets that aiogram-dialog lacks, and typed access to what a window gets."""
