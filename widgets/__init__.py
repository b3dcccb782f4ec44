"""aiogram-dialog widgets that the library lacks."""
