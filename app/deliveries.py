"""Delivers the entries of the outbox: totals, payments, changes, documents."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from db.changes import Changes, NewChange
from db.errors import is_final
from db.models import Action
from db.payments import NewPayment, Payments
from db.totals import NewTotal, Totals
from durable_dialogs import UndeliverableError
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
    """

    totals: Totals
    payments: Payments
    changes: Changes
    people: People
    exports: Exports

    async def deliver(self, entry: str, payload: str) -> None:
        """Deliver an entry; see `durable_dialogs.options.Deliver`."""
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
            else:
                await self.totals.add(NewTotal.from_json(payload))
        except IntegrityError as error:
            if is_final(error):
                raise UndeliverableError(type(error).__name__) from error
            raise
        except ValueError as error:
            raise UndeliverableError(type(error).__name__) from error
