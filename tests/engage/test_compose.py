"""docker-compose.yml, checked as far as it can be without an engine: against itself and the real settings."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.engage.launching import ROOT, bare_environment

TEXT = (ROOT / "docker-compose.yml").read_text()
SECRETS = {
    "ENGAGE_SECRET_KEY": "compose-secret",
    "ENGAGE_TOKEN_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "ENGAGE_POSTGRES_PASSWORD": "pgsecret1",
    "ENGAGE_OWNER_PASSWORD": "ownersecret2",
    "ENGAGE_APP_PASSWORD": "appsecret3",
    "ENGAGE_REDIS_PASSWORD": "redissecret4",
}
ENGAGE = ("migrate", "web", "worker", "beat")


def interpolate(text, given):
    """What compose does with ${NAME:-default} and ${NAME:?message}, and $$."""

    def value(match):
        name, default = match.group(1), match.group(3)
        if match.group(2) == ":?":
            return given[name]
        return given.get(name) or default

    return re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", value, text).replace("$$", "$")


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(interpolate(TEXT, SECRETS))["services"]


def test_it_runs_what_engage_is_made_of(services):
    assert set(services) == {"postgres", "redis", "mail", *ENGAGE}
    assert services["postgres"]["image"] == "postgres:17"
    assert services["redis"]["image"] == "redis:7"


def test_every_secret_is_asked_for_and_none_is_written_down():
    asked = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert asked == set(SECRETS)
    assert not re.search(r"://\w+:[^$@\s]+@", TEXT)
    operators = (ROOT / "docs" / "operators.md").read_text()
    assert [name for name in asked if f"`{name}`" not in operators] == []


def test_only_the_migration_has_the_login_that_may_change_tables(services):
    holders = [name for name in services if "DATABASE_OWNER_URL" in services[name].get("environment", {})]
    assert holders == ["migrate"]
    assert all("ownersecret2" not in json.dumps(services[name]) for name in ("web", "worker", "beat"))


def test_whatever_runs_on_is_checked_and_restarted(services):
    for name, service in services.items():
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name


def test_nothing_is_published_beyond_this_machine(services):
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_starts_after_what_exists(services):
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other], (name, other)
            else:
                assert other == "migrate"


@pytest.mark.parametrize("name", ENGAGE)
def test_the_settings_read_what_the_service_gives(services, name):
    """The real settings module, under this service's environment."""
    code = """
import json
from django.conf import settings as s
print(json.dumps({
    "database": [s.DATABASES["default"][key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")],
    "owner": s.DATABASES["owner"]["USER"],
    "redis": s.REDIS_URL, "hosts": s.ALLOWED_HOSTS, "mail": [s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_BACKEND],
    "home": str(s.ENGAGE_HOME), "demo": s.ENGAGE_DEMO, "debug": s.DEBUG, "x": s.X_API_URL,
}))
"""
    given = {key: str(value) for key, value in services[name]["environment"].items()}
    environment = bare_environment(DJANGO_SETTINGS_MODULE="engage.settings", ENGAGE_HOME="/data", **given)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, check=True
    )
    read = json.loads(done.stdout)
    assert read["database"] == ["engage_app", "appsecret3", "postgres", 5432, "engage"]
    assert read["owner"] == ("engage_owner" if name == "migrate" else "engage_app")
    assert read["redis"] == "redis://:redissecret4@redis:6379/0"
    assert read["hosts"] == ["localhost", "127.0.0.1"]
    assert read["mail"] == ["mail", 1025, "django.core.mail.backends.smtp.EmailBackend"]
    assert not read["demo"]
    assert not read["debug"]
    assert read["x"] == "https://api.x.com"


def test_the_image_holds_what_the_services_start(services):
    dockerfile = (ROOT / "Dockerfile").read_text()
    for path in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        assert all((ROOT / part).exists() for part in path.split()), path
    assert "--require-hashes -r requirements/base.txt" in dockerfile
    assert "USER engage" in dockerfile
    mounted = [volume for volume in services["postgres"]["volumes"] if volume.startswith("./")]
    assert all((ROOT / volume.split(":")[0]).exists() for volume in mounted)
    for name in ENGAGE:
        program = services[name]["command"][0]
        assert program == "python" or shutil.which(program, path=Path(sys.executable).parent), program


def test_the_logins_script_is_valid_shell():
    subprocess.run(["sh", "-n", ROOT / "docker" / "postgres.sh"], check=True)


def test_compose_itself_agrees():
    """Where the client is at hand; it needs no engine for this."""
    command = ["docker", "compose", "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
    if (
        not shutil.which("docker")
        or subprocess.run([*command[:2], "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is not installed")
    subprocess.run(command, env=bare_environment() | SECRETS, check=True)
