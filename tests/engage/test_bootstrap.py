"""`make` on a small clone: what it checks first, what it installs, and how it comes back after a cut."""

import ast
import errno
import importlib.util
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engage.launching import ROOT, bare_environment, free_ports

BUILD = "import {mkdirSync, writeFileSync} from 'node:fs'; mkdirSync('static/dist', {recursive: true}); "
BUILD += "writeFileSync('static/dist/engage.css', 'body {}');"


@pytest.fixture
def clone(tmp_path):
    """A clone with nothing to install: the steps are real, and quick."""
    return small_clone(tmp_path / "clone")


@pytest.fixture(scope="module")
def once_prepared(tmp_path_factory):
    folder = small_clone(tmp_path_factory.mktemp("prepared") / "clone")
    done = make(folder, "assets")
    assert done.returncode == 0, done.stderr
    assert "1/2 Python packages: installed" in done.stdout
    assert (folder / "static" / "dist" / "engage.css").exists()
    return folder


@pytest.fixture
def prepared(once_prepared, tmp_path):
    """A clone after its first `make assets`."""
    return Path(shutil.copytree(once_prepared, tmp_path / "clone", symlinks=True))


def small_clone(folder):
    for name in ("engage", "requirements", "static"):
        (folder / name).mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "engage" / "bootstrap.py", folder / "engage")
    (folder / "requirements" / "base.txt").write_text("# nothing\n")
    (folder / "static" / "build.mjs").write_text(BUILD)
    package = {"name": "small", "version": "1.0.0", "scripts": {"build": "node static/build.mjs"}}
    (folder / "package.json").write_text(json.dumps(package))
    lock = {"name": "small", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (folder / "package-lock.json").write_text(json.dumps(lock))
    return folder


def make(clone, target, **more):
    return subprocess.run(
        ["make", target, f"PYTHON={sys.executable}"],
        cwd=clone,
        env=bare_environment(**more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def bootstrap():
    """The module itself, for what a test cannot make happen outside."""
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", ROOT / "engage" / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_make_alone_says_what_there_is():
    done = subprocess.run(
        ["make"], cwd=ROOT, env=bare_environment(), capture_output=True, text=True, check=True
    )
    for target in ("make run", "make test", "make lint", "PORT=", "ENGAGE_HOME="):
        assert target in done.stdout


def test_a_clone_that_is_prepared_is_ready_the_next_time(prepared):
    done = make(prepared, "assets")
    assert done.stdout.splitlines() == ["1/2 Python packages: ready", "2/2 Page assets: ready"]


def test_an_install_that_was_cut_short_is_begun_anew(prepared):
    (prepared / ".venv" / "engage-unfinished").touch()
    left_by_the_cut = prepared / ".venv" / "half-a-package"
    left_by_the_cut.touch()
    done = make(prepared, "assets")
    assert "Python packages: installed" in done.stdout
    assert not left_by_the_cut.exists()


def test_a_build_that_was_cut_short_is_done_again(prepared):
    (prepared / "static" / "dist" / ".engage.json").unlink()
    (prepared / "static" / "dist" / "engage.css").write_text("half")
    done = make(prepared, "assets")
    assert "Page assets: built" in done.stdout
    assert (prepared / "static" / "dist" / "engage.css").read_text() == "body {}"


def test_only_what_changed_is_done_again(prepared):
    (prepared / "static" / "more.scss").write_text("a {}")
    done = make(prepared, "assets")
    assert "Python packages: ready" in done.stdout
    assert "Page assets: built" in done.stdout


def test_a_failed_install_ends_with_a_line_that_says_where_to_look(prepared):
    lock = prepared / "requirements" / "base.txt"
    lock.write_text(f"./missing.whl --hash=sha256:{'0' * 64}\n")
    done = make(prepared, "assets")
    assert done.returncode
    assert "The Python packages could not be installed; the last lines are above" in done.stderr
    lock.write_text("# mended\n")
    assert make(prepared, "assets").returncode == 0


def test_two_makes_in_one_clone_take_turns(clone, launch):
    env = bare_environment(PYTHON=sys.executable)
    both = [launch("make", "assets", env=env, cwd=clone) for _ in range(2)]
    for one in both:
        one.until("2/2 Page assets: (built|ready)")
        assert one.end(signum=None) == 0
    assert sum("Python packages: installed" in one.output for one in both) == 1


@pytest.mark.parametrize("offset", [0, 1], ids=["the web server's", "the sandbox's"])
def test_a_taken_port_is_told_before_the_long_install(clone, offset):
    port = free_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + offset))
        other.listen()
        done = make(clone, "run", PORT=port)
    assert done.returncode
    line = done.stderr.strip().splitlines()[0]
    assert line.startswith(f"Port {port + offset}, for ")
    assert f"is taken by another program. Stop it, or choose another: PORT={port + 10}" in line
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("port", ["eight", "0", "65535", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(clone, port):
    done = make(clone, "run", PORT=port)
    assert "PORT must be a number from 1 to 65534" in done.stderr


def test_a_home_that_cannot_be_written_is_named(clone):
    (clone / "taken").write_text("a file stands here")
    done = make(clone, "run", ENGAGE_HOME="taken/home", PORT=free_ports())
    assert "ENGAGE_HOME" in done.stderr
    assert "Choose another folder." in done.stderr


def test_a_running_engage_is_told_of_before_its_port(clone, launch):
    home = clone / "home"
    home.mkdir()
    hold = (
        "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, 2); print('held', flush=True); input()"
    )
    holder = launch(sys.executable, "-c", hold, home / "lock", env=bare_environment())
    holder.until("held")
    done = make(clone, "run", ENGAGE_HOME=home)
    assert done.stderr.strip().splitlines()[0].startswith("Engage is already running from this folder")


def test_little_disk_is_told_before_the_install(bootstrap, monkeypatch, tmp_path, capsys):
    usage = shutil.disk_usage(tmp_path)._replace(free=90_000_000)
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: usage)
    monkeypatch.setenv("ENGAGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PORT", str(free_ports()))
    assert bootstrap.main(["run"]) == 1
    assert "The disk is nearly full: 90 MB free" in capsys.readouterr().err


def test_a_disk_that_fills_on_the_way_is_one_line(bootstrap, monkeypatch, tmp_path, capsys):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bootstrap, "prepare", full)
    monkeypatch.setenv("ENGAGE_HOME", str(tmp_path / "home"))
    assert bootstrap.main(["assets"]) == 1
    assert capsys.readouterr().err.strip().startswith("The disk is full: ")


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "The disk is full: ",
        ),
        ("npm error code ENOSPC", "The disk is full: "),
        ("Failed to establish a new connection: NewConnectionError", "the package registry does not answer"),
    ],
)
def test_what_pip_and_npm_say_becomes_a_line_that_helps(bootstrap, tmp_path, output, line):
    with pytest.raises(bootstrap.SetupError, match=line):
        bootstrap.explain(output, tmp_path / "pip.log", "The Python packages could not be installed")


def test_an_old_python_reads_the_file_and_says_what_is_needed(bootstrap, monkeypatch, capsys):
    ast.parse((ROOT / "engage" / "bootstrap.py").read_text(), feature_version=(3, 6))
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _: None)
    assert bootstrap.main(["run"]) == 1
    assert "Engage needs Python 3.11 or newer; this is 3.9.2." in capsys.readouterr().err


def test_an_old_python_hands_over_to_a_newer_one(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(
        bootstrap.shutil, "which", lambda name: f"/opt/{name}" if name == "python3.12" else None
    )
    monkeypatch.setattr(bootstrap.os, "execv", lambda path, _: sys.exit(f"became {path}"))
    with pytest.raises(SystemExit, match=r"became /opt/python3\.12"):
        bootstrap.check_python()


def test_a_missing_python_is_named_by_make(clone):
    done = subprocess.run(
        ["make", "run", "PYTHON=python3.99"],
        check=False,
        cwd=clone,
        env=bare_environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode
    assert "Engage needs Python 3.11 or newer, and there is no python3.99 here" in done.stderr


def test_a_python_without_venv_is_told_what_to_install(bootstrap, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    with pytest.raises(bootstrap.SetupError, match="apt-get install python3-venv"):
        bootstrap.make_venv(tmp_path / "pip.log")


@pytest.mark.parametrize(("version", "own"), [("v24.1.0", True), ("v18.20.0", False), ("", False)])
def test_an_old_node_gives_way_to_the_one_from_pip(bootstrap, monkeypatch, tmp_path, version, own):
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    first = bootstrap.node_path().split(":")[0]
    assert first == str(tmp_path if own else ROOT / ".venv" / "bin")


def test_what_development_needs_holds_all_that_engage_needs():
    """make test installs dev.txt over base.txt; the two must agree."""

    def pins(name):
        lines = (ROOT / "requirements" / name).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert pins("base.txt") <= pins("dev.txt")
    assert "--hash=" in Path(ROOT / "requirements" / "base.txt").read_text()


@pytest.fixture
def no_browser(bootstrap, monkeypatch, tmp_path):
    """A machine without Chromium, whose apt-get can bring it."""
    (tmp_path / "apt-get").write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n'
        f'case "$1" in install) printf "" > {tmp_path}/chromium; /bin/chmod 755 {tmp_path}/chromium;; esac\n'
    )
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ENGAGE_CHROMIUM", raising=False)
    monkeypatch.setattr(bootstrap, "is_debian", lambda: True)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    return tmp_path


def test_root_on_debian_gets_the_browser_installed(bootstrap, no_browser):
    assert bootstrap.find_chromium(no_browser / "log" / "chromium.log") == str(no_browser / "chromium")
    asked = (no_browser / "asked").read_text().splitlines()
    assert asked == ["update", "install -y --no-install-recommends chromium"]


@pytest.mark.parametrize(("debian", "login"), [(True, 1000), (False, 0)])
def test_elsewhere_one_line_says_that_the_browser_is_missing(
    bootstrap, no_browser, monkeypatch, debian, login
):
    monkeypatch.setattr(bootstrap, "is_debian", lambda: debian)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: login)
    said = bootstrap.find_chromium(no_browser / "log" / "chromium.log")
    assert said.startswith("missing, so the browser tests are skipped. Install chromium")
    assert "\n" not in said
    assert not (no_browser / "asked").exists()
