"""All that one bot needs to run: the engine, and what receives updates for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from aiogram import Bot, Dispatcher
from redis.asyncio import Redis

from durable_dialogs.delivery.fetcher import Fetcher
from durable_dialogs.delivery.inbox import Inbox
from durable_dialogs.delivery.inbox_store import InboxStore
from durable_dialogs.delivery.outbox import Deliver as DeliverEntry
from durable_dialogs.delivery.outbox import Outbox, UndeliverableError
from durable_dialogs.intake.intake import Intake
from durable_dialogs.intake.polling import poll
from durable_dialogs.intake.quarantine import Quarantine
from durable_dialogs.intake.reading import Reader
from durable_dialogs.intake.receiver import Receiver
from durable_dialogs.options import Deliver, Settings
from durable_dialogs.recovery.group_upgrade import GroupUpgrade, GroupUpgrades
from durable_dialogs.redis.batch import Batch
from durable_dialogs.runtime import Callbacks, Engine
from durable_dialogs.state.application import Application
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.store import DialogStore
from durable_dialogs.workers.peers import Peers, peers_key


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


class BotEngine:
    """The engine of one bot, with its intake and its inbox.

    Args:
        bot: The bot.
        shared: What it shares with others.
        by_webhook: Whether Telegram posts its updates, so that several workers may get them.

    Attributes:
        carry_out: Carries an update out; an outer middleware of updates.
        receiver: Takes updates that Telegram posts.
        quarantine: Keeps updates that can't be used.
        stop: Tells no person any more to try again.
        jobs: What runs as long as the bot does, each in a task of its own.
        closing: What to call at the end, in this order.
        replay: Finishes what polling has left behind, without fetching.
        poll: Fetches updates until cancelled; see `durable_dialogs.intake.polling.poll`.
    """

    def __init__(self, bot: Bot, shared: Shared, *, by_webhook: bool) -> None:
        settings, redis, batch = shared.settings, shared.redis, shared.batch
        keys = BotKeys(bot.id, settings.prefix)
        application = Application(kept_alive=settings.kept_alive, before=settings.before)
        ttl = int(settings.ttl.total_seconds())
        store = DialogStore(redis, batch, keys, ttl, application)
        callbacks = Callbacks(
            delivery=partial(_delivery, settings.deliver),
            on_error=settings.on_error or settings.words.answer,
            hooks=settings.hooks,
        )
        self.quarantine = Quarantine(redis, batch, keys)
        engine = Engine(redis, batch, bot, store, callbacks)
        intake = Intake(
            bot,
            Reader(bot),
            self.quarantine,
            partial(shared.dispatcher.feed_update, bot),
            settings.words.tell_unread,
            kinds=shared.kinds,
        )
        kept_updates = InboxStore(redis, batch, keys, is_redis_away=lambda: store.is_away)
        inbox = Inbox(Fetcher(bot, shared.kinds), kept_updates, intake.carry_out)
        self.carry_out = engine.middleware
        self.stop = engine.middleware.stop
        peers = None
        first: list[Callable[[], Awaitable[object]]] = []
        if by_webhook and settings.peers:
            peers = Peers(engine.workers, peers_key(bot.token), settings.peers)
        self.receiver = Receiver(intake, peers)
        if peers:
            # Before the worker's first heartbeat, which tells where others pass updates on to.
            first.append(partial(peers.run, self.receiver.carry_out))
        self.jobs = [*first, *engine.jobs(shared.dispatcher), intake.run]
        self.closing = [*([peers.close] if peers else []), inbox.close, *engine.closing]
        self.poll = partial(poll, bot, inbox)
        self.replay = inbox.replay


def _delivery(deliver: Deliver | None, moving: GroupUpgrades) -> DeliverEntry:
    async def deliver_entry(outbox: Outbox, entry: str, payload: str) -> None:
        if entry.startswith(GroupUpgrade.DIALOG):
            await moving.put(payload)
        elif entry.startswith(GroupUpgrade.UPGRADE):
            await moving.take(outbox, payload)
        elif deliver is None:
            raise UndeliverableError("DurableDialogs was made without `deliver`")
        else:
            await deliver(entry, payload)

    return deliver_entry
