"""Any sequence of commands and presses, on any messages, agrees with a model."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from playground_support.tiers import EVERYTHING
from telegram_playground import Message, Person, Playground
from tests.dialogs.test_menu import MENU
from tests.support.tally import Tally

STEPS = {"numbers": ["-1", "+1"], "numbers_fab": ["-2", "-1", "+1", "+2"]}
IN_MENU = {"numbers": "Counter ±1", "numbers_fab": "Counter ±2"}
LABELS = strategies.none() | strategies.sampled_from(["tea", "<i>&", "🍵", "x" * 64])

T = TypeVar("T")


@dataclass
class Counter:
    """What a counter should be."""

    kind: str
    label: str | None = None
    message: Message | None = None
    value: int = 0
    end: str = ""
    data: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What its message should say."""
        lines = {"": f"Specify the number: {self.value}", "Confirm": f"Total: {self.value}"}
        return "\n".join([*filter(None, [self.label]), lines.get(self.end, "Cancelled")])


class Journey(RuleBasedStateMachine):
    """A person who presses any button, and a model of what should result."""

    runner: ClassVar[asyncio.Runner]
    playground: ClassVar[Playground]
    tally: ClassVar[Tally]

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def join(self) -> None:
        self.person: Person = self.do(self.playground.person("Ann", language_code="en"))
        self.counters: list[Counter] = []
        self.in_menu: dict[str, Counter] = {}
        self.menu: Message | None = None
        self.window: str = ""
        self.saved: list[int] = []

    # Some more are opened in the menu, and a person may have 20.
    @precondition(lambda self: len(self.counters) < 15)
    @rule(kind=strategies.sampled_from(sorted(STEPS)), label=LABELS)
    def open_by_command(self, kind: str, label: str | None) -> None:
        counter = Counter(kind, label)
        self.do(self.person.send(f"/{kind} {label or ''}"))
        counter.message = self.do(self.person.receive())
        assert counter.message.text == counter.text
        assert counter.message.labels == [STEPS[kind], ["Confirm", "Cancel"]]
        counter.data = _data(counter.message)
        self.counters.append(counter)

    @precondition(lambda self: self.counters)
    @rule(data=strategies.data())
    def press_a_counter(self, data: strategies.DataObject) -> None:
        counter = data.draw(strategies.sampled_from(self.counters))
        label = data.draw(strategies.sampled_from(sorted(counter.data)))
        assert counter.message is not None
        # By its data, as an old client still could when the keyboard is gone.
        answer = self.do(self.person.press(counter.message, data=counter.data[label]))
        assert answer is not None
        if counter.end:
            assert answer.show_alert
        else:
            self._apply(counter, label)
        self._look_at(counter)

    @rule(command=strategies.sampled_from(["/start", "/help", "/totals"]))
    def open_a_window(self, command: str) -> None:
        self.do(self.person.send(command))
        if self.menu is not None and self.window not in IN_MENU:
            self.do(self.person.until(self.menu, lambda message: not message.labels))
        self.menu, self.window = self.do(self.person.receive()), command
        self._look_at_menu()

    @precondition(lambda self: self.window == "/start")
    @rule(window=strategies.sampled_from(["/help", "/totals"]))
    def walk_in_the_menu(self, window: str) -> None:
        self._press_menu({"/help": "Help", "/totals": "Totals"}[window])
        self.window = window
        self._look_at_menu()

    @precondition(lambda self: self.window in {"/help", "/totals"})
    @rule()
    def walk_back(self) -> None:
        self._press_menu("Back")
        self.window = "/start"
        self._look_at_menu()

    @precondition(lambda self: self.window == "/start")
    @rule(kind=strategies.sampled_from(sorted(STEPS)))
    def open_in_the_menu(self, kind: str) -> None:
        assert self.menu is not None
        self._press_menu(IN_MENU[kind])
        counter = self.in_menu.setdefault(kind, Counter(kind))
        counter.message, self.window = self.menu, kind
        self._look_at(counter)

    @precondition(lambda self: self.window in IN_MENU)
    @rule(data=strategies.data())
    def press_in_the_menu(self, data: strategies.DataObject) -> None:
        counter = self.in_menu[self.window]
        label = data.draw(
            strategies.sampled_from([*STEPS[counter.kind], "Confirm", "Cancel", "Back"])
        )
        self._press_menu(label)
        if label == "Back":
            self.window = "/start"
        else:
            self._apply(counter, label)
            self._look_at(counter)
        if counter.end:
            del self.in_menu[self.window]
            self.menu, self.window = self.do(self.person.receive()), "/start"
        if self.window == "/start":
            self._look_at_menu()

    def _apply(self, counter: Counter, label: str) -> None:
        if label in STEPS[counter.kind]:
            counter.value += int(label)
            return
        counter.end = label
        if label == "Confirm":
            self.saved.append(counter.value)

    def _press_menu(self, label: str) -> None:
        assert self.menu is not None
        assert self.do(self.person.press(self.menu, label)) is not None

    def _look_at(self, counter: Counter) -> None:
        assert counter.message is not None
        message = self.do(self.person.until(counter.message, text=counter.text))
        assert bool(message.labels) is not bool(counter.end)
        if counter.end:
            rows = self.do(self.tally.until_totals(self.person, len(self.saved)))
            assert [row["value"] for row in rows] == self.saved[::-1]

    def _look_at_menu(self) -> None:
        assert self.menu is not None
        texts = {"/start": "Tally counts", "/help": "What Tally can do", "/totals": "Your totals"}
        begins = texts[self.window]
        shown = self.do(
            self.person.until(self.menu, lambda message: (message.text or "").startswith(begins))
        )
        if self.window == "/start":
            assert shown.labels == MENU
        if self.window == "/totals" and self.saved:
            assert f", sum {sum(self.saved)}" in (shown.text or "")


def _data(message: Message) -> dict[str, str]:
    assert message.reply_markup is not None
    rows = message.reply_markup.inline_keyboard
    return {button.text: button.callback_data or "" for row in rows for button in row}


@pytest.fixture
def journey(tmp_path: Path) -> Iterator[type[Journey]]:
    """Give journeys a bot; hypothesis is synchronous, so it runs on a loop of its own."""
    with asyncio.Runner() as runner:
        playground = Playground()
        runner.run(playground.__aenter__())
        tally = Tally.on(playground, tmp_path / "data")
        runner.run(tally.start())
        Journey.runner, Journey.playground, Journey.tally = runner, playground, tally
        yield Journey
        refusals = runner.run(playground.refusals())
        runner.run(tally.clean_up())
        runner.run(playground.__aexit__())
    assert refusals == []


def test_any_journey_agrees_with_the_model(journey: type[Journey]) -> None:
    run_state_machine_as_test(
        journey,
        settings=settings(
            max_examples=15 if EVERYTHING else 5,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
