"""Polls and quizzes."""

import pytest

from playground_support.chromium import Locator, Reader
from telegram_playground import Group, Person


async def shares(poll: Locator) -> list[str]:
    """Read each option's share of the votes."""
    return list(await poll.locator(".share").all_inner_texts())


async def test_a_vote_is_given_and_taken_back(reader: Reader, ann: Person) -> None:
    await reader.send("/poll")
    poll = reader.page.locator(".poll")
    await poll.get_by_role("button", name="Coffee").click()
    await poll.get_by_role("button", name="Retract vote").wait_for()
    assert await shares(poll) == ["0%", "100%"]
    await reader.shoot("poll")
    await poll.get_by_role("button", name="Retract vote").click()
    await poll.get_by_role("button", name="Tea").wait_for()
    sent = (await ann.messages())[-1].poll
    assert sent
    assert sent.total_voter_count == 0


@pytest.mark.thorough
async def test_several_answers_are_ticked_before_they_are_sent(reader: Reader, ann: Person) -> None:
    await reader.send("/many")
    poll = reader.page.locator(".poll")
    vote = poll.get_by_role("button", name="Vote", exact=True)
    await vote.wait_for()
    assert await vote.is_disabled()
    await poll.get_by_label("Milk").click()
    await poll.get_by_label("Lemon").click()
    await reader.shoot("poll-of-several-answers")
    await vote.click()
    await poll.locator(".mine").first.wait_for()
    assert await poll.locator(".mine").all_inner_texts() == ["100%\nMilk", "100%\nLemon"]
    sent = (await ann.messages())[-1].poll
    assert sent
    assert [option.voter_count for option in sent.options] == [1, 0, 1]


@pytest.mark.parametrize(("answer", "verdict"), [("China", "Right!"), ("The moon", "Wrong.")])
@pytest.mark.thorough
async def test_a_quiz_tells_right_from_wrong_after_the_answer(
    reader: Reader, answer: str, verdict: str
) -> None:
    await reader.send("/quiz")
    poll = reader.page.locator(".poll")
    option = poll.get_by_role("button", name=answer)
    await option.wait_for()
    assert await poll.locator(".right").count() == 0
    await option.click()
    await poll.get_by_text(f"{verdict} It was drunk there first").wait_for()
    await poll.locator(".right", has_text="China").wait_for()
    assert await poll.locator(".wrong").count() == (answer == "The moon")
    assert await poll.get_by_role("button").count() == 0  # an answer to a quiz is final
    await reader.shoot(f"quiz-{verdict[:5].lower()}")


@pytest.mark.thorough
async def test_each_person_votes_until_the_poll_is_closed(
    reader: Reader, group: Group, ann: Person
) -> None:
    await reader.page.get_by_role("button", name=group.title).click()
    await reader.send("/poll@tea_bot")
    poll = reader.page.locator(".poll")
    await poll.get_by_role("button", name="Tea").click()
    await poll.get_by_text("1 vote", exact=True).wait_for()
    await reader.act_as("Boris")
    await poll.get_by_role("button", name="Coffee").click()
    await poll.get_by_text("2 votes").wait_for()
    assert await shares(poll) == ["50%", "50%"]
    await ann.send("/stop", chat=group, reply_to=(await group.messages())[-1])
    await poll.get_by_text("Final results").wait_for()
    assert await poll.get_by_role("button").count() == 0
