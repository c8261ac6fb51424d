"""docs/roles.md says what the code says."""

from pathlib import Path

from django.core.management import call_command

from precincts import roles
from precincts.access import AT_COMMAND, AT_HEADQUARTERS, Permission
from precincts.models import COMMAND_ROLES, Role

DOCS = Path(__file__).resolve().parents[2] / "docs" / "roles.md"


def test_the_printed_table_is_the_one_in_the_code():
    assert DOCS.read_text() == roles.as_markdown(), "manage.py print_roles > docs/roles.md"


def test_the_command_prints_it(capsys):
    call_command("print_roles")
    assert capsys.readouterr().out == DOCS.read_text()


def test_a_change_of_the_code_shows(monkeypatch):
    monkeypatch.setitem(AT_COMMAND, Role.EDITOR, {*AT_COMMAND[Role.EDITOR], Permission.UNSEAL})
    assert DOCS.read_text() != roles.as_markdown()


def test_every_role_has_its_place_and_every_permission_somebody():
    assert set(AT_COMMAND) == set(COMMAND_ROLES)
    assert set(AT_COMMAND) | set(AT_HEADQUARTERS) == set(Role)
    assert set().union(*AT_COMMAND.values(), *AT_HEADQUARTERS.values()) == set(Permission)


def test_headquarters_decides_nothing_in_a_commands_place():
    for may in AT_HEADQUARTERS.values():
        assert not may & {Permission.MODERATE, Permission.REDACT, Permission.ANSWER, Permission.PUBLISH}
