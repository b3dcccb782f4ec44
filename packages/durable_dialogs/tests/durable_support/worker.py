"""A worker by webhook, as a process: it runs the bot of the file EXAMPLE at the port PORT."""

import os
import runpy

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import web

from durable_dialogs import DurableDialogs

if __name__ == "__main__":
    names = runpy.run_path(os.environ["EXAMPLE"])
    api = TelegramAPIServer.from_base(os.environ["BOT_API_URL"])
    bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api))
    dialogs = DurableDialogs(
        bot, redis_url=os.environ["REDIS_URL"], deliver=names.get("deliver"), peers="unix"
    )
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_routers(*(each for each in names.values() if isinstance(each, Router)))
    dialogs.setup(dispatcher)
    app = web.Application()
    app.cleanup_ctx.append(dialogs.lifespan)
    app.router.add_post("/webhook", dialogs.webhook(secret=os.environ["SECRET"]))
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None)
