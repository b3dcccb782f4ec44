"""compose.yaml, the proxy's configuration and the systemd service agree with Tally's settings."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import make_url

from app.settings import Settings, read_settings
from tests.support.image import variables
from tests.support.nursery import ROOT

COMPOSE = ROOT / "compose.yaml"
SETTINGS = {name.upper() for name in Settings.model_fields}
WORKERS = ("tally-1", "tally-2")
GIVEN = {
    "BOT_TOKEN": "123456:hunter2",
    "TALLY_DOMAIN": "tally.example.org",
    "REDIS_PASSWORD": "0a1b",
    "POSTGRES_PASSWORD": "2c3d",
    "GRAFANA_PASSWORD": "4e5f",
}
"""The required variables; docs/operations.md names them, too."""


def filled_in() -> str:
    """Give compose.yaml with its variables replaced as Compose does it."""

    def value(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"]
        return GIVEN.get(name, default or "")

    pattern = r"(?<!\$)\$\{(?P<name>\w+)(?::-(?P<default>[^}]*)|:\?[^}]*)?\}"
    return re.sub(pattern, value, COMPOSE.read_text())


def documentation() -> str:
    return (ROOT / "docs" / "operations.md").read_text()


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(filled_in())["services"]
    return found


def folders_and_files() -> Iterator[Path]:
    for service in services().values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                yield ROOT / volume.partition(":")[0]


def test_the_workers_have_valid_settings_of_tally(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [name for name, service in services().items() if "build" in service] == list(WORKERS)
    one, two = (services()[name] for name in WORKERS)
    assert one == two
    assert one["environment"].keys() <= SETTINGS
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in one["environment"].items():
        monkeypatch.setenv(name, str(value or ""))
    settings = read_settings()
    assert settings.public_address == "https://tally.example.org"
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == "redis://:0a1b@redis:6379/0"
    url = make_url(settings.database)
    postgres = services()["postgres"]["environment"]
    assert (url.username, url.password) == ("tally", "2c3d")
    assert (url.username, url.password, url.database) == (
        postgres["POSTGRES_USER"],
        postgres["POSTGRES_PASSWORD"],
        postgres["POSTGRES_DB"],
    )


def test_the_documentation_names_each_required_variable() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text()))
    assert needed == GIVEN.keys()
    assert {name for name in needed if f"\n{name}=" not in documentation()} == set()


def test_each_other_setting_is_passed_on_or_documented_as_left_out() -> None:
    passed_on = set(re.findall(r"\n    ([A-Z_]+): \$\{\1:", COMPOSE.read_text()))
    section = documentation().partition("## With Docker Compose\n")[2].partition("\n## ")[0]
    others = re.search(r"`\.env` are handed on, except ([^.]+)\.", section)
    assert others
    assert set(re.findall(r"`(\w+)`", others[1])) == SETTINGS - passed_on


def test_the_default_log_format_is_that_of_the_image() -> None:
    assert services()["tally-1"]["environment"]["LOG_FORMAT"] == variables()["LOG_FORMAT"]


@pytest.mark.parametrize("name", services())
def test_each_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert "privileged" not in service
    public = [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")]
    assert public == (["80:80", "443:443"] if name == "proxy" else [])
    secrets = {key for key, value in GIVEN.items() if value in str(service)} - {"TALLY_DOMAIN"}
    assert secrets == {
        "redis": {"REDIS_PASSWORD"},
        "postgres": {"POSTGRES_PASSWORD"},
        "grafana": {"GRAFANA_PASSWORD"},
        "proxy": set(),
        "prometheus": set(),
    }.get(name, GIVEN.keys() - {"TALLY_DOMAIN", "GRAFANA_PASSWORD"})


def test_redis_and_postgres_can_not_be_reached_from_outside() -> None:
    networks = yaml.safe_load(filled_in())["networks"]
    assert networks["back"]["internal"] is True
    for name in ("redis", "postgres"):
        assert services()[name]["networks"] == ["back"]
        assert "ports" not in services()[name]
    assert services()["proxy"]["networks"] == ["front"]


def test_redis_syncs_each_write_to_disk_and_evicts_nothing() -> None:
    (*_, script) = services()["redis"]["command"]
    for line in ("appendonly yes", "appendfsync always", "maxmemory-policy noeviction"):
        assert line in script
    assert "requirepass $$REDIS_PASSWORD" in script


def test_postgres_is_healthy_only_if_workers_can_reach_it() -> None:
    # While the image creates the database, its server listens only on the unix socket.
    test = services()["postgres"]["healthcheck"]["test"]
    assert test[test.index("--host") + 1] == "127.0.0.1"


def test_the_proxy_serves_all_workers_and_hides_the_health_checks() -> None:
    port = variables()["WEB_PORT"]
    proxy = (ROOT / "deploy" / "Caddyfile").read_text()
    (line,) = [line for line in proxy.splitlines() if "reverse_proxy" in line]
    assert line.split()[1:-1] == [f"{worker}:{port}" for worker in WORKERS]
    assert "@inside path /healthz /readyz\n" in proxy
    assert "respond @inside 404" in proxy
    assert set(re.findall(r"\{\$(\w+)\}", proxy)) == services()["proxy"]["environment"].keys()


def test_prometheus_scrapes_each_worker() -> None:
    asked = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    (job,) = asked["scrape_configs"]
    port = Settings.model_fields["metrics_port"].default
    assert str(port) not in (ROOT / "deploy" / "Caddyfile").read_text()
    assert {services()[name]["environment"]["METRICS_HOST"] for name in WORKERS} == {"0.0.0.0"}  # noqa: S104 - compared, not bound
    assert job["static_configs"][0]["targets"] == [f"{worker}:{port}" for worker in WORKERS]
    source = ROOT / "deploy" / "grafana" / "provisioning" / "datasources" / "prometheus.yml"
    (prometheus,) = yaml.safe_load(source.read_text())["datasources"]
    assert prometheus["url"] == "http://prometheus:9090"
    assert services()["prometheus"]["networks"] == services()["grafana"]["networks"] == ["watch"]


def test_each_mounted_file_exists_and_is_valid() -> None:
    mounted, files = list(folders_and_files()), list((ROOT / "deploy").rglob("*.yml"))
    assert mounted
    assert files
    assert [path for path in mounted if not path.exists()] == []
    for path in files:
        yaml.safe_load(path.read_text())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_systemd_service_is_valid_and_sandboxed(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "tally.service").read_text()
    # With a program that exists here, because systemd-analyze looks for it.
    unit = tmp_path / "tally.service"
    unit.write_text(text.replace("/opt/tally/.venv/bin/python", "/usr/bin/env"))
    for command in (["verify", str(unit)], ["security", "--offline=true", "--threshold=20"]):
        done = subprocess.run(  # noqa: S603 - ours
            ["systemd-analyze", "--no-pager", *command, *([str(unit)] if command[1:2] else [])],  # noqa: S607 - found in PATH
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_systemd_service_sets_only_settings_of_tally() -> None:
    text = (ROOT / "deploy" / "tally.service").read_text()
    names = re.findall(r"^Environment=(\w+)=", text, re.MULTILINE)
    assert set(names) - {"MPLCONFIGDIR", "TMPDIR", "WORKERS"} <= SETTINGS
