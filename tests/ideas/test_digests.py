"""Letters: at once, each day or each week, at eight on the reader's clock; grouped, newest first."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from ideas.models import Action, Contact, Letter, Notice
from ideas.notices import contacts, digests, inbox
from ideas.notices.clock import next_digest
from tests.ideas.desk import set_status
from tests.ideas.factory import an_idea
from tests.ideas.mailbox import a_notice, a_reader, contact_of, digest_is_due, states, wait_ends, work
from tests.ideas.notices import tell_everybody
from tests.ideas.test_telling import move, screen
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NEW_YORK, TOKYO = "America/New_York", "Asia/Tokyo"


def moment(text, zone=NEW_YORK):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "zone", "weekly", "expected"),
    [
        ("2026-11-20T07:59", NEW_YORK, False, "2026-11-20T08:00-05:00"),
        ("2026-11-20T08:00", NEW_YORK, False, "2026-11-21T08:00-05:00"),
        # The nights when the clocks change: 23 and 25 hours later, and eight o'clock all the same.
        ("2026-03-07T08:00", NEW_YORK, False, "2026-03-08T08:00-04:00"),
        ("2026-03-08T01:30", NEW_YORK, False, "2026-03-08T08:00-04:00"),
        ("2026-10-31T08:00", NEW_YORK, False, "2026-11-01T08:00-05:00"),
        ("2026-11-01T01:30", NEW_YORK, False, "2026-11-01T08:00-05:00"),
        ("2026-11-20T08:00", NEW_YORK, True, "2026-11-23T08:00-05:00"),
        ("2026-11-23T07:00", NEW_YORK, True, "2026-11-23T08:00-05:00"),
        ("2026-11-23T08:00", NEW_YORK, True, "2026-11-30T08:00-05:00"),
        ("2026-03-02T08:00", NEW_YORK, True, "2026-03-09T08:00-04:00"),
        ("2026-11-20T08:00", TOKYO, False, "2026-11-21T08:00+09:00"),
        ("2026-11-20T08:00", "No/Where", False, "2026-11-21T08:00-05:00"),
    ],
)
def test_eight_in_the_morning_on_the_readers_clock(now, zone, weekly, expected):
    start = moment(now, zone if zone != "No/Where" else NEW_YORK)
    assert next_digest(start.astimezone(UTC), zone, weekly=weekly) == datetime.fromisoformat(expected)


def test_at_once_is_one_letter_for_all_that_is_new(pct_109):
    person = a_reader()
    ideas = [an_idea(pct_109, title=f"Issue {number}.") for number in range(3)]
    for idea in ideas:
        a_notice(person, idea)
    [message] = work()
    assert message.subject.startswith("Issue 2.")
    assert message.subject.endswith("2 other issues")
    assert [message.body.index(idea.title) for idea in reversed(ideas)] == sorted(
        message.body.index(idea.title) for idea in ideas
    )
    assert work() == []


def test_a_reader_of_digests_hears_nothing_before_their_hour_and_then_once(pct_109):
    person = a_reader(cadence="daily")
    a_notice(person, an_idea(pct_109), at_once=False)
    assert work() == []
    digest_is_due(person)
    assert len(work()) == 1
    assert contact_of(person).digest_at > timezone.now()
    assert work() == []


def test_a_day_on_which_nothing_happened_brings_no_letter(pct_109):
    person = a_reader(cadence="daily")
    digest_is_due(person)
    assert work() == []
    assert contact_of(person).digest_at > timezone.now()


def test_after_days_in_which_nothing_ran_there_is_one_letter(pct_109):
    person = a_reader(cadence="daily")
    a_notice(person, an_idea(pct_109), at_once=False)
    digest_is_due(person, after=timedelta(days=4))
    assert len(work()) == 1
    assert work() == []


def test_a_period_has_one_letter_whoever_asks_again(pct_109):
    person = a_reader(cadence="weekly")
    a_notice(person, an_idea(pct_109), at_once=False)
    digest_is_due(person)
    period = Contact.objects.get().digest_at
    assert len(work()) == 1
    a_notice(person, an_idea(pct_109), at_once=False)
    Contact.objects.update(digest_at=period)
    assert work() == []
    assert Notice.objects.filter(letter=None).count() == 1  # the next one brings it


def test_two_sweeps_at_the_same_moment_write_one_letter(pct_109):
    person, other = a_reader(cadence="daily"), a_reader("other@example.org")
    idea = an_idea(pct_109)
    a_notice(person, idea, at_once=False)
    a_notice(other, idea)
    digest_is_due(person)
    answers = at_once(*[digests.write_digests] * 3, *[digests.write_at_once] * 3)
    assert sorted(answers) == [0, 0, 0, 0, 1, 1]
    assert Letter.objects.count() == 2


def test_what_was_read_on_the_page_is_not_written_again(pct_109):
    person = a_reader(cadence="daily")
    one, two = an_idea(pct_109, title="Read already."), an_idea(pct_109, title="Not yet.")
    for idea in (one, two):
        a_notice(person, idea, at_once=False)
    inbox.mark_read(person, idea_id=one.pk)
    digest_is_due(person)
    [message] = work()
    assert "Not yet." in message.body
    assert "Read already." not in message.body


def test_text_and_html_say_the_same_with_who_what_and_where(pct_109):
    person = a_reader()
    idea = an_idea(pct_109, title="Lamp <dark> & cold 😀 مظلم", participant=person)
    move(idea, Action.DONE, answer="**Mended** on Friday.")
    tell_everybody()
    [message] = work()
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert "Lamp <dark> & cold 😀 مظلم" in message.body
    assert "Lamp &lt;dark&gt; &amp; cold 😀 مظلم" in html
    for part in (message.body, html):
        for words in ("The command acted.", "You raised it.", "Mended on Friday.", "109th Precinct"):
            assert words in part
        assert idea.get_absolute_url() in part
        assert "/unsubscribe/" in part
    assert "<img" not in html
    assert "http-equiv" not in html


def test_the_author_of_what_was_screened_reads_why_and_how_to_appeal(pct_109):
    person = a_reader()
    idea = an_idea(pct_109, participant=person)
    tell_everybody()
    work()
    screen(idea)
    tell_everybody()
    [message] = work()
    for words in ("It was screened under a rule.", "It names a person.", "how to appeal", "/conduct/"):
        assert words in message.body


def test_what_left_the_board_meanwhile_is_in_no_letter(pct_109):
    person = a_reader()
    gone, stays = an_idea(pct_109, title="Gone since."), an_idea(pct_109, title="Still here.")
    for idea in (gone, stays):
        a_notice(person, idea)
    set_status(gone, "screened")
    [message] = work()
    assert "Gone since." not in message.body + message.subject
    a_notice(person, gone, event="act")
    assert work() == []
    assert states() == ["sent", "dropped"]


def test_times_are_on_the_readers_clock(pct_109):
    person = a_reader(time_zone=TOKYO)
    notice = a_notice(person, an_idea(pct_109))
    Notice.objects.filter(pk=notice.pk).update(created_at=datetime(2026, 11, 20, 16, 0, tzinfo=UTC))
    Contact.objects.update(confirmed_at=datetime(2026, 11, 1, tzinfo=UTC))
    [message] = work()
    assert "Nov. 21, 2026, 1 a.m." in message.body


def test_a_title_cannot_write_a_header(pct_109):
    person = a_reader()
    a_notice(person, an_idea(pct_109, title="Dark\r\nBcc: everybody@example.org"))
    [message] = work()
    assert "\n" not in message.subject
    assert message.recipients() == [contact_of(person).email]


def test_a_change_of_mind_takes_what_waits_along(pct_109):
    person = a_reader(cadence="weekly")
    a_notice(person, an_idea(pct_109), at_once=False)
    contacts.choose(contact_of(person), cadence="at_once")
    assert len(work()) == 1
    a_notice(person, an_idea(pct_109))
    contacts.choose(contact_of(person), cadence="daily")
    assert work() == []
    digest_is_due(person)
    assert len(work()) == 1


def test_a_hundred_issues_are_one_letter_that_says_how_many_more(pct_109):
    person = a_reader()
    for number in range(30):
        a_notice(person, an_idea(pct_109, title=f"Issue {number}."))
    [message] = work()
    assert message.body.count("\n* ") == 25
    assert "And 5 more issues" in message.body


def test_a_letter_has_the_same_id_whenever_it_is_sent(pct_109):
    person = a_reader()
    a_notice(person, an_idea(pct_109))
    [message] = work()
    first = message.extra_headers["Message-ID"]
    Letter.objects.update(state="ready")
    wait_ends()
    [message] = work()
    assert message.extra_headers["Message-ID"] == first
