"""Each letter goes out once: a real mail server on loopback, real workers, and a SIGKILL in mid-call."""

import errno
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from engage import mail
from ideas import tasks
from ideas.models import Letter, Notice
from ideas.notices import digests, letters
from tests.ideas.factory import an_idea
from tests.ideas.mailbox import a_notice, a_reader, contact_of, states, wait_ends, work
from tests.mail_server import mail_server
from tests.together import at_once
from tests.waiting import eventually
from tests.worker import start_worker

__all__ = ["mail_server", "start_worker"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def by_smtp(settings, mail_server):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", mail_server.port
    settings.EMAIL_TIMEOUT = 2
    return mail_server


@pytest.fixture
def run(start_worker, mail_server):
    def start():
        return start_worker(EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(mail_server.port))

    return start


def a_letter(command, email="neighbor@example.org", title="A dark corner"):
    """One that is ready."""
    person = a_reader(email)
    a_notice(person, an_idea(command, title=title))
    digests.write_at_once()
    return person


def lease_ends():
    Letter.objects.filter(state="sending").update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_letter_leaves_as_text_and_html_and_is_recorded(by_smtp, pct_109):
    a_letter(pct_109)
    work()
    [message] = by_smtp.messages
    assert message["To"] == "neighbor@example.org"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    row = Letter.objects.get()
    assert (row.state, row.error) == ("sent", "")
    assert row.sent_at
    assert work() == []


# A worker dies


def test_a_worker_killed_after_the_text_was_given_sends_nothing_twice(mail_server, run, pct_109):
    mail_server.answers_wait = True
    worker = run()
    a_letter(pct_109)
    tasks.sweep_letters.delay()
    assert eventually(mail_server.waiting.is_set)
    worker.kill()
    assert states() == ["sending"]

    mail_server.answers_wait = False
    mail_server.go_on.set()
    run()
    lease_ends()
    tasks.sweep_letters.delay()
    eventually(lambda: states() == ["unknown"])
    for _n in range(3):
        tasks.sweep_letters.delay()
    a_letter(pct_109, "after@example.org")
    tasks.sweep_letters.delay()
    eventually(lambda: states() == ["unknown", "sent"])
    assert [message["To"] for message in mail_server.messages] == [
        "neighbor@example.org",
        "after@example.org",
    ]
    # Nothing is lost: what the letter said stands on its reader's page.
    assert Notice.objects.filter(read_at=None).count() == 2


def test_a_worker_killed_before_the_text_was_given_leaves_it_to_a_person(mail_server, run, pct_109):
    mail_server.reads_wait = True
    worker = run()
    a_letter(pct_109)
    tasks.sweep_letters.delay()
    assert eventually(mail_server.waiting.is_set)
    worker.kill()
    mail_server.reads_wait = False
    mail_server.go_on.set()
    run()
    lease_ends()
    tasks.sweep_letters.delay()
    eventually(lambda: states() == ["unknown"])
    assert mail_server.messages == []
    assert letters.send_again(Letter.objects.get())
    tasks.sweep_letters.delay()
    eventually(lambda: states() == ["sent"])
    assert len(mail_server.messages) == 1


def test_two_workers_and_many_sweeps_send_each_letter_once(mail_server, run, pct_109):
    addresses = [f"neighbor{number}@example.org" for number in range(15)]
    for number, address in enumerate(addresses):
        a_letter(pct_109, address, title=f"Issue {number}")
    run()
    run()
    for _n in range(6):
        tasks.sweep_letters.delay()
        for pk in Letter.objects.values_list("pk", flat=True):
            tasks.send_letter.delay(pk)
    eventually(lambda: set(states()) == {"sent"}, 60)
    assert sorted(message["To"] for message in mail_server.messages) == sorted(addresses)


def test_two_senders_at_the_same_moment(by_smtp, pct_109):
    a_letter(pct_109)
    pk = Letter.objects.get().pk
    assert at_once(*[lambda: letters.send(pk)] * 4) == [None] * 4
    assert len(by_smtp.messages) == 1
    assert states() == ["sent"]


# The server refuses, or says nothing


def test_no_server_there_is_tried_again_later(settings, pct_109):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 9
    a_letter(pct_109)
    work()
    row = Letter.objects.get()
    assert (row.state, row.tries) == ("ready", 1)
    assert row.due_at > timezone.now() + timedelta(seconds=5)
    assert letters.due() == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_not_now_means_later_and_longer_each_time_and_in_the_end_never(by_smtp, pct_109, step):
    by_smtp.refuse = {step: "451 4.3.0 come back later"}
    a_letter(pct_109)
    waits = []
    for _n in range(letters.MOST_TRIES):
        work()
        row = Letter.objects.get()
        waits.append(round((row.due_at - timezone.now()) / timedelta(seconds=10)))
        wait_ends()
    assert row.state == "failed"
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits[:-1]) == 360
    assert by_smtp.messages == []
    assert contact_of(row.participant).works


def test_it_leaves_once_the_server_takes_it_again(by_smtp, pct_109):
    by_smtp.refuse = {"RCPT": "450 4.2.1 busy"}
    a_letter(pct_109)
    work()
    by_smtp.refuse = {}
    wait_ends()
    work()
    assert states() == ["sent"]
    assert len(by_smtp.messages) == 1


def test_an_address_that_is_refused_is_a_bounce(by_smtp, pct_109):
    by_smtp.refuse = {"RCPT": "550 5.1.1 no such mailbox"}
    person = a_letter(pct_109)
    work()
    assert states() == ["failed"]
    assert contact_of(person).bounced_at


@pytest.mark.parametrize(
    "refuse", [{"RCPT": "550 5.7.1 your server is on a list"}, {"DATA": "554 5.6.0 not this text"}]
)
def test_a_word_against_us_is_no_bounce(by_smtp, pct_109, refuse):
    by_smtp.refuse = refuse
    person = a_letter(pct_109)
    work()
    assert states() == ["failed"]
    assert contact_of(person).works


@pytest.mark.parametrize("trouble", ["cut", "slow"])
def test_no_answer_after_the_text_is_no_proof_and_not_tried_again(by_smtp, pct_109, trouble):
    if trouble == "cut":
        by_smtp.refuse = {"cut": "yes"}
    else:
        by_smtp.answers_wait = True
    a_letter(pct_109)
    work()
    assert states() == ["unknown"]
    by_smtp.go_on.set()
    wait_ends()
    work()
    assert len(by_smtp.messages) == 1


def test_slow_before_the_text_is_proof(by_smtp, pct_109):
    by_smtp.reads_wait = True
    a_letter(pct_109)
    work()
    assert states() == ["ready"]
    assert by_smtp.messages == []


def test_a_sender_that_was_held_up_does_not_send(by_smtp, pct_109, monkeypatch):
    monkeypatch.setattr(letters, "LEASE", timedelta(0))
    a_letter(pct_109)
    work()
    assert states() == ["ready"]
    assert by_smtp.messages == []


def test_what_breaks_in_the_call_is_not_called_proof(settings, pct_109, monkeypatch):
    def broken(message):
        raise ZeroDivisionError("somewhere in a library")

    monkeypatch.setattr(mail, "hand_over", broken)
    a_letter(pct_109)
    work()
    assert states() == ["unknown"]


# The outbox of the demonstration


@pytest.fixture
def to_files(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "engage.mail.OutboxBackend", tmp_path / "mail"
    return tmp_path / "mail"


def test_a_full_disk_is_proof_and_leaves_no_half_message(to_files, pct_109, monkeypatch):
    def full(self, data):
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    a_letter(pct_109)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        work()
    assert states() == ["ready"]
    assert list(to_files.iterdir()) == []
    wait_ends()
    work()
    assert states() == ["sent"]
    assert len(mail.names()) == 1


def test_the_outbox_keeps_the_newest(to_files, monkeypatch):
    from django.core.mail import EmailMessage

    monkeypatch.setattr(mail, "KEPT", 3)
    for number in range(5):
        mail.OutboxBackend().send_messages([EmailMessage(f"Number {number}", "x", to=["a@example.org"])])
    assert len(mail.names()) == 3
    assert "Number 4" in (to_files / f"{mail.names()[0]}.eml").read_text()
