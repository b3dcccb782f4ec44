"""The greeting when somebody adds the bot to a group."""

from aiogram_dialog import Dialog

from states import Greeting
from widgets.text import T
from widgets.window import Window

hello_window = Window(T("greeting"), state=Greeting.hello)

dialog = Dialog(hello_window)
