"""Preferences: each choice is saved by itself, and all are deleted with the person."""

import secrets

import pytest

from db.changes import Changes, NewChange
from db.filters import Filter
from db.models import Action
from db.preferences import Preferences, PreferenceStore
from db.sessions import Sessions
from db.totals import Totals
from db.users import Profile, Users
from tests.support.samples import NOON, new_total


@pytest.fixture
def store(sessions: Sessions) -> PreferenceStore:
    return PreferenceStore(sessions)


async def test_at_first_no_preference_is_set(store: PreferenceStore, users: Users) -> None:
    assert await store.get(7) == Preferences()
    await users.seen(Profile(7, "Ann", "ann", "en"))
    assert await store.get(7) == Preferences()


async def test_a_choice_leaves_other_choices_and_the_profile_alone(
    store: PreferenceStore, users: Users
) -> None:
    await store.set(7, time_zone="Europe/Paris")
    await users.seen(Profile(7, "Ann", "ann", "en"))
    await store.set(7, steps=(-10, 1), names_totals=True)
    await store.set(7, chosen_language="ru")
    await store.set(7, time_zone=None)
    assert await store.get(7) == Preferences(
        chosen_language="ru", steps=(-10, 1), names_totals=True
    )
    person = await users.get(7)
    assert person is not None
    assert (person.first_name, person.language) == ("Ann", "en")


async def test_erasing_removes_preferences_and_undo_restores_them(
    store: PreferenceStore, sessions: Sessions
) -> None:
    chosen = Preferences(chosen_language="ru", steps=(-10, 1), names_totals=False)
    await store.set(7, chosen_language="ru", steps=(-10, 1), names_totals=False)
    change = NewChange(
        action=Action.ERASE, change_id=secrets.token_bytes(16), user_id=7, made_at=NOON
    )
    await Changes(sessions).make(change)
    assert await store.get(7) == Preferences()
    undo = NewChange(action=Action.UNDO, change_id=change.change_id, user_id=7, made_at=NOON)
    await Changes(sessions).make(undo)
    assert await store.get(7) == chosen


@pytest.mark.parametrize("named_first", [True, False])
async def test_a_total_takes_a_name_that_comes_later_or_first(
    *, totals: Totals, named_first: bool
) -> None:
    confirmation_id = secrets.token_bytes(16)
    bare = new_total(user_id=7, confirmation_id=confirmation_id, label=None)
    named = new_total(user_id=7, confirmation_id=confirmation_id, label="tea")
    for total in (named, bare) if named_first else (bare, named):
        await totals.add(total)
    assert not await totals.add(bare)
    assert not await totals.add(new_total(user_id=7, confirmation_id=confirmation_id, label="cake"))
    assert [total.label async for total in totals.stream(Filter(user_id=7))] == ["tea"]
