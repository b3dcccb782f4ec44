"""The persons and groups that an empty playground gets when its page is opened."""

from telegram_playground.groups import GroupPlan, add_group, add_topic, set_role
from telegram_playground.persons import add_person
from telegram_playground.state import Json, Role
from telegram_playground.telegram import Telegram

PERSONS: tuple[Json, ...] = (
    {"first_name": "Ann", "last_name": "Lee", "username": "ann_lee", "language_code": "en"},
    {"first_name": "Борис", "username": "boris_k", "language_code": "ru"},
    {"first_name": "Clara", "last_name": "Diaz", "username": "clara", "language_code": "en"},
)

TOPICS = ("Kitchen", "Garden")


def add_sample_chats(telegram: Telegram) -> None:
    """Add three persons, a group and a forum, with the bot in both, to an empty playground.

    One person reads Russian; the first one owns both groups. A playground that has a person
    stays as it is.
    """
    if telegram.state.persons:
        return
    ids = [int(add_person(telegram, dict(fields)).user["id"]) for fields in PERSONS]
    roles = dict.fromkeys(ids, Role.MEMBER) | {ids[0]: Role.CREATOR}
    add_group(telegram, GroupPlan(title="Friends", roles=roles))
    plan = GroupPlan(title="Our house", roles=roles, is_forum=True, bot=Role.LEFT)
    forum = add_group(telegram, plan)
    for name in TOPICS:
        add_topic(telegram, forum, name)
    set_role(telegram, forum, telegram.bot_id, Role.MEMBER)
