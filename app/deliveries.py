"""Delivers the entries of the outbox: totals, payments, changes, documents, moved groups."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from db.changes import Changes, NewChange
from db.errors import is_final
from db.models import Action
from db.payments import NewPayment, Payments
from db.totals import NewTotal, Totals
from durable_dialogs.delivery.outbox import Outbox, UndeliverableError
from durable_dialogs.recovery.group_upgrade import GroupUpgrade, GroupUpgrades
from exports.orders import Order
from exports.sending import Exports
from people.preferences import People

CHANGE = "change:"
"""Prefix of the entries of changes. (An entry without any prefix is a total.)"""
EXPORT = "export:"
"""Prefix of the entries of exports."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Delivers each entry of the outbox. A repeated delivery of the same entry changes nothing.

    Args:
        totals: Saves totals.
        payments: Saves payments.
        changes: Changes saved totals.
        people: Learns whose data has changed.
        exports: Sends documents.
        moving: Moves open dialogs to the supergroup that their group became.
    """

    totals: Totals
    payments: Payments
    changes: Changes
    people: People
    exports: Exports
    moving: GroupUpgrades

    async def deliver(self, outbox: Outbox, entry: str, payload: str) -> None:
        """Deliver an entry; see `durable_dialogs.delivery.outbox.Deliver`."""
        try:
            if entry.startswith(NewPayment.ENTRIES):
                await self.payments.save(NewPayment.from_json(payload))
            elif entry.startswith(CHANGE):
                change = NewChange.from_json(payload)
                await self.changes.make(change)
                if change.action in {Action.ERASE, Action.UNDO}:
                    await self.people.changed(change.user_id)
            elif entry.startswith(EXPORT):
                await self.exports.send(entry, Order.from_json(payload))
            elif entry.startswith(GroupUpgrade.DIALOG):
                await self.moving.put(payload)
            elif entry.startswith(GroupUpgrade.UPGRADE):
                old_id, new_id = await self.moving.take(outbox, payload)
                # Last, because by now no total of the old chat is left in the outbox.
                await self.totals.move(old_id, new_id)
            else:
                await self.totals.add(NewTotal.from_json(payload))
        except IntegrityError as error:
            if is_final(error):
                raise UndeliverableError(type(error).__name__) from error
            raise
        except ValueError as error:
            raise UndeliverableError(type(error).__name__) from error
