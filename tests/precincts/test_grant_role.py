"""The first people of a command or of headquarters are named on the server."""

import pytest
from django.core.management import CommandError, call_command

from precincts.models import Membership, User

pytestmark = pytest.mark.django_db


def test_somebody_new_may_moderate_and_signs_in_by_code(client, mailoutbox):
    call_command("grant_role", "New@example.org", "moderator", "pct-109", verbosity=0)
    call_command("grant_role", "new@example.org", "moderator", "pct-109", verbosity=0)
    assert Membership.objects.get().user == User.objects.get(email="new@example.org")
    client.post("/accounts/login/code/", {"email": "new@example.org"})
    (mail,) = mailoutbox
    code = next(line for line in mail.body.splitlines() if line.replace("-", "").isalnum() and line.isupper())
    answer = client.post("/accounts/login/code/confirm/", {"code": code})
    assert answer.status_code == 302
    assert client.get("/pct-109/desk/").status_code == 200
    assert client.get("/pct-110/desk/").status_code == 403


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a@example.org", "moderator"], "needs a command"),
        (["a@example.org", "reviewer", "pct-109"], "has no command"),
        (["a@example.org", "moderator", "pct-999"], "no command pct-999"),
        (["nobody", "reviewer"], "not an e-mail address"),
    ],
)
def test_what_cannot_be_granted_is_said(arguments, says):
    with pytest.raises(CommandError, match=says):
        call_command("grant_role", *arguments)
    assert not User.objects.exists()
