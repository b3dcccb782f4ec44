"""The dashboard and the alerts name metrics that exist, and say what to do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.support.tally import Tally
from tests.support.watching import scrape

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "deploy" / "grafana" / "tally.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
PROMETHEUS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
DOCS = (ROOT / "docs" / "metrics.md").read_text()

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


def rules() -> list[dict[str, Any]]:
    """Read the alerts."""
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    return list(group["rules"])


def panels() -> list[dict[str, Any]]:
    """Read the panels of the dashboard."""
    return list(json.loads(DASHBOARD.read_text())["panels"])


def queries() -> list[str]:
    """Give the queries of dashboard and alerts."""
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*shown, *(rule["expr"] for rule in rules())]


@pytest.fixture
async def families(tally: Tally) -> list[Metric]:
    """Give all metrics of a bot."""
    return list(text_string_to_metric_families(await scrape(tally)))


@pytest.fixture
def kinds(families: list[Metric]) -> dict[str, str]:
    """Give the kind of each family of metrics."""
    return {family.name: family.type for family in families}


async def test_each_metric_in_a_query_exists(kinds: dict[str, str]) -> None:
    there = {name + suffix for name, kind in kinds.items() for suffix in SUFFIXES[kind]}
    asked = {name for query in queries() for name in re.findall(r"(?:tally|process)_\w+", query)}
    assert asked
    assert asked <= there


async def test_each_selected_label_value_exists_from_the_start(families: list[Metric]) -> None:
    there = {
        (sample.name, *label)
        for family in families
        for sample in family.samples
        for label in sample.labels.items()
    }
    asked = {
        (name, label, value)
        for query in queries()
        for name, labels in re.findall(r"(tally_\w+){([^}]*)}", query)
        for label, value in re.findall(r'(\w+)="(\w+)"', labels)
    }
    assert asked
    assert asked <= there


async def test_each_metric_is_documented(kinds: dict[str, str]) -> None:
    explained = set(re.findall(r"`((?:tally|process)_\w+)`", DOCS))
    assert {
        name + "_total" if kind == "counter" else name for name, kind in kinds.items()
    } <= explained


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"]["summary"].endswith(".")
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/metrics.md"
    assert anchor == rule["alert"].lower()
    assert f"### {rule['alert']}\n\n" in DOCS


def test_each_documented_alert_exists() -> None:
    assert re.findall(r"^### (\w+)$", DOCS, re.MULTILINE) == [rule["alert"] for rule in rules()]


def test_prometheus_reads_the_alerts_and_scrapes_the_job_that_they_name() -> None:
    config = yaml.safe_load(PROMETHEUS.read_text())
    assert config["rule_files"] == [ALERTS.name]
    jobs = {job["job_name"] for job in config["scrape_configs"]}
    named = {job for query in queries() for job in re.findall(r'job="(\w+)"', query)}
    assert named <= jobs


def test_panels_have_titles_and_do_not_overlap() -> None:
    assert len({panel["id"] for panel in panels()}) == len(panels())
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        assert panel["title"]
        assert panel["description"]
        at = panel["gridPos"]
        cells = {
            (at["x"] + right, at["y"] + down) for right in range(at["w"]) for down in range(at["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells
