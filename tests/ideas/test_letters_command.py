"""manage.py letters and reseal_contacts."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from ideas.models import Contact, Letter
from tests.ideas.mailbox import ADDRESS, a_reader

pytestmark = pytest.mark.django_db


def said(capsys, *args, **options):
    call_command(*args, **options)
    return capsys.readouterr().out


def a_letter(state, key="at_once:1:1"):
    return Letter.objects.create(participant=a_reader(), key=key, state=state, error="No answer.")


@pytest.mark.parametrize("state", ["unknown", "failed"])
def test_what_waits_for_a_person_is_listed_and_sent_again_on_their_word(capsys, state):
    letter = a_letter(state)
    line = said(capsys, "letters")
    assert f"{letter.pk}  " in line
    assert "No answer." in line
    assert ADDRESS not in line
    said(capsys, "letters", send_again=letter.pk)
    letter.refresh_from_db()
    assert letter.state == "ready"
    assert said(capsys, "letters") == ""


@pytest.mark.parametrize("state", ["ready", "sending", "sent", "dropped"])
def test_nothing_else_is_sent_again(state):
    with pytest.raises(CommandError, match="does not wait"):
        call_command("letters", send_again=a_letter(state).pk)


def test_a_letter_that_there_is_not():
    with pytest.raises(CommandError, match="does not wait"):
        call_command("letters", send_again=10**9)


def test_addresses_are_sealed_with_the_new_key_so_that_the_old_one_can_go(settings, capsys):
    a_reader()
    new = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [new, *settings.TOKEN_KEYS]
    assert "1 addresses" in said(capsys, "reseal_contacts")
    settings.TOKEN_KEYS = [new]
    assert Contact.objects.get().email == ADDRESS


def test_without_the_old_key_it_says_so_and_changes_nothing(settings):
    a_reader()
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="Keep the old keys"):
        call_command("reseal_contacts")
