"""The engine of one bot: its parts, put together."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import structlog
from aiogram import Bot, Dispatcher
from aiogram.methods import SetWebhook
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.delivery.fetcher import Fetcher
from durable_dialogs.delivery.inbox import Inbox
from durable_dialogs.delivery.inbox_store import InboxStore
from durable_dialogs.delivery.outbox import Afterwards, Outbox, UndeliverableError
from durable_dialogs.drawing.message_editor import MessageEditor
from durable_dialogs.drawing.relocation import Relocation
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.drawing.senders import Senders
from durable_dialogs.intake.intake import Intake
from durable_dialogs.intake.polling import poll
from durable_dialogs.intake.quarantine import Quarantine
from durable_dialogs.intake.reading import Reader
from durable_dialogs.intake.receiver import Receiver
from durable_dialogs.intake.webhook import Webhook
from durable_dialogs.intake.webhook_setting import CONNECTIONS, WebhookSetting
from durable_dialogs.options import Settings
from durable_dialogs.recovery.group_upgrade import GroupUpgrade, GroupUpgrades
from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.recovery.redraw_index import RedrawIndex
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.application import Application
from durable_dialogs.state.effects import BACKGROUND
from durable_dialogs.state.keys import BotKeys, location_of_record
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.store import DialogStore
from durable_dialogs.tasks import Job
from durable_dialogs.telegram.retries import patiently
from durable_dialogs.update.background import Background
from durable_dialogs.update.commits import Commits
from durable_dialogs.update.middleware import UnitOfWorkMiddleware
from durable_dialogs.update.presses import OfferedButtons
from durable_dialogs.update.words import with_fallback
from durable_dialogs.workers.peers import Peers, peers_key
from durable_dialogs.workers.registry import WorkerRegistry

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all bots of a dispatcher share.

    Attributes:
        settings: The options.
        redis: The connection; it returns bytes.
        batch: Sends commands to the same Redis.
        dispatcher: The dispatcher that the dialogs are set up on.
        kinds: The kinds of updates to ask for.
    """

    settings: Settings
    redis: Redis
    batch: Batch
    dispatcher: Dispatcher
    kinds: list[str]


class Engine:
    """Receives one bot's updates, carries them out, draws windows, and empties the outbox.

    Args:
        bot: The bot.
        shared: What it shares with others.
        webhook: Where Telegram posts its updates, so that several workers may get them; None if it
            posts none.

    Attributes:
        middleware: Carries an update out; an outer middleware of updates.
        background: Keeps the updates of background managers.
        receiver: Takes updates that Telegram posts.
        quarantine: Keeps updates that can't be used.
        closing: What to call at the end, in this order. Each finishes what is under way, for at
            most the given number of seconds.
    """

    def __init__(self, bot: Bot, shared: Shared, webhook: Webhook | None) -> None:
        redis, batch, settings = shared.redis, shared.batch, shared.settings
        self._bot, self._shared, self._webhook = bot, shared, webhook
        keys = self._keys = BotKeys(bot.id, settings.prefix)
        application = Application(
            settings.kept_alive,
            settings.dialog_list,
            settings.before,
            delivers=settings.deliver is not None,
        )
        ttl = int(settings.ttl.total_seconds())
        store = self._store = DialogStore(redis, batch, keys, ttl, application)
        workers = self._workers = WorkerRegistry(redis, batch, keys)
        editor = MessageEditor(bot, store, Senders(redis, batch, workers), on_unsent=self._let_go)
        self._renderer = Renderer(editor, on_upgrade=self._move)
        index = RedrawIndex(redis, batch, keys, workers.worker)
        windows = OpenWindows(redis, batch, keys, ttl)
        self._pending_redraws = PendingRedraws(index, self._renderer, workers, windows)
        self._group_upgrades = GroupUpgrades(store, self._pending_redraws)
        self._outbox = Outbox(redis, batch, keys, self._deliver)
        self.background = Background(bot, shared.dispatcher, store, batch, self._outbox)
        commits = Commits(
            store,
            self._outbox,
            self._renderer,
            self._pending_redraws,
            windows,
            offered_buttons=OfferedButtons(),
            inline_window=settings.hooks.inline_window,
        )
        on_error = settings.on_error or settings.words.answer
        on_error = with_fallback(on_error, settings.words)
        self.middleware = UnitOfWorkMiddleware(
            store, commits, on_error, settings.hooks.must_not_be_refused
        )
        self.quarantine = Quarantine(redis, batch, keys)
        self._intake = self._make_intake()
        kept_updates = InboxStore(redis, batch, keys, is_redis_away=lambda: store.is_away)
        self._inbox = Inbox(Fetcher(bot, shared.kinds), kept_updates, self._intake.carry_out)
        self._peers = None
        if webhook and settings.peers:
            self._peers = Peers(workers, peers_key(bot.token), settings.peers)
        self.receiver = Receiver(self._intake, self._peers)
        nested, redraws = self.middleware.nested, self._pending_redraws
        parts = (nested, self._outbox, self._renderer, redraws, workers)
        receiving = (self._peers, self._inbox) if self._peers else (self._inbox,)
        self.closing = [part.close for part in (*receiving, *parts)]

    def _make_intake(self) -> Intake:
        settings, dispatcher = self._shared.settings, self._shared.dispatcher
        hooks = settings.hooks
        return Intake(
            self._bot,
            Reader(self._bot, hooks.payer_of),
            self.quarantine,
            partial(dispatcher.feed_update, self._bot),
            hooks.tell_unread or settings.words.tell_unread,
            kinds=self._shared.kinds,
            discards=hooks.discards,
        )

    def jobs(self, *, is_polled: bool) -> list[Job]:
        """Return what must run as long as the bot does, each in a task of its own.

        Args:
            is_polled: Whether to fetch updates.
        """
        redraw = partial(self.middleware.redrawing.redraw, self._shared.dispatcher, self._bot)
        jobs: list[Job] = [
            self._outbox.run,
            partial(self._pending_redraws.run, redraw),
            partial(self._workers.run, self._renderer.share),
            self._intake.run,
            partial(self._announce, is_polled=is_polled),
        ]
        if self._peers:
            # Before the worker's first heartbeat, which tells where others pass updates on to.
            jobs.insert(0, partial(self._peers.run, self.receiver.carry_out))
        if is_polled:
            jobs.append(partial(poll, self._bot, self._inbox))
        elif self._webhook:
            jobs.append(partial(self._receive, self._webhook))
        return jobs

    async def _announce(self, *, is_polled: bool) -> None:
        """Log that the bot runs."""
        by_request = "webhook" if self._webhook else "feed_update"
        me = await patiently(self._bot.me)
        with suppress(RedisError):
            log.info(
                "running",
                bot=me.username if me else self._bot.id,
                updates="polling" if is_polled else by_request,
                workers=len(await self._workers.live()),
                redis=self._shared.settings.redis_kind,
            )

    async def _receive(self, webhook: Webhook) -> None:
        """Finish what polling has left behind, then keep the webhook set if that was asked for."""
        await self._inbox.replay()
        if webhook.url:
            method = SetWebhook(
                url=webhook.url,
                secret_token=webhook.secret,
                allowed_updates=self._shared.kinds,
                max_connections=CONNECTIONS,
            )
            await WebhookSetting(self._bot, self._shared.redis, self._keys, method).keep()

    async def _deliver(self, outbox: Outbox, entry: str, payload: str) -> Afterwards | None:
        """Deliver an entry of the outbox; see `durable_dialogs.delivery.outbox.Deliver`."""
        settings = self._shared.settings
        if entry.startswith(BACKGROUND):
            return await self.background.carry_out(entry, payload)
        if entry.startswith(GroupUpgrade.DIALOG):
            await self._group_upgrades.put(payload)
        elif entry.startswith(GroupUpgrade.UPGRADE):
            old_id, new_id = await self._group_upgrades.take(outbox, payload)
            await settings.hooks.group_upgraded(old_id, new_id)
        elif settings.deliver is None:
            raise UndeliverableError("DurableDialogs was made without `deliver`")
        else:
            await settings.deliver(entry, payload)
        return None

    async def _let_go(self, drawing: Drawing) -> None:
        """Release a dialog from a message that can't be sent to its chat."""
        if drawing.asked is None:
            return
        await Relocation(self._store).undo(drawing)
        if drawing.former:
            # The dialog is back on its former message, which has lost its buttons.
            _, topic = location_of_record(drawing.record)
            location = replace(drawing.asked, thread_id=topic)
            await self._pending_redraws.announce([drawing.record], location)
            self._pending_redraws.hurry(drawing.record)

    async def _move(self, old_id: int, new_id: int) -> None:
        """Move the open dialogs of a group that became a supergroup."""
        await self._group_upgrades.begin(self._outbox, old_id, new_id)
