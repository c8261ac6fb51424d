"""Messages from a file: every row is looked at, nothing is made until somebody says yes, and then once."""

from __future__ import annotations

import csv
import io
from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from precincts import tenancy
from precincts.models import Command
from socialfeeds import bulk
from socialfeeds.models import Account, Batch, Delivery, Message
from tests.socialfeeds.plans import account, at, autumn_night, monday, spring_night

pytestmark = pytest.mark.django_db
PAGE = "/pct-109/desk/voice/bulk/"
HEAD = "date,time,accounts,text,link"


@pytest.fixture
def editor(client, make_user, pct_109):
    account(pct_109)
    client.user = make_user(role="editor", command=pct_109)
    client.force_login(client.user)
    return client


def send(client, content, name="december.csv"):
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return client.post(PAGE, {"file": SimpleUploadedFile(name, data, content_type="text/csv")})


def sent(client, *lines, head=HEAD):
    """The page that shows what stands in a file."""
    response = send(client, "\n".join([head, *lines]))
    assert response.status_code == 302, response.content.decode()
    return response.url


def messages():
    with tenancy.enter(Command.objects.get(slug="pct-109")):
        return list(Message.objects.order_by("pk"))


def test_the_template_is_a_file_that_we_take(editor):
    template = editor.get(f"{PAGE}template.csv")
    assert template["Content-Disposition"] == 'attachment; filename="messages.csv"'
    page = editor.get(send(editor, template.content).url).content.decode()
    assert "<b>2 lines</b> are right." in page


def test_rows_become_drafts_once_somebody_says_yes(editor, pct_109):
    day = monday()
    url = sent(editor, f'{day},9:30 AM,x,"Come, and say so.",https://example.org/', f"{day},14:00,,At two.,")
    page = editor.get(url).content.decode()
    assert "Come, and say so." in page
    assert messages() == []
    done = editor.post(url, {"then": "draft"}, follow=True).content.decode()
    assert "2 messages were made." in done
    first, second = messages()
    assert (first.text, first.link, first.scheduled_at) == (
        "Come, and say so.",
        "https://example.org/",
        at(day, 9, 30),
    )
    assert (first.status, first.author_id, first.time_zone) == ("draft", editor.user.pk, "America/New_York")
    assert second.scheduled_at == at(day, 14)
    with tenancy.enter(pct_109):
        assert set(Delivery.objects.values_list("state", "due_at")) == {("held", None)}


def test_or_they_are_sent_for_approval(editor, pct_109):
    editor.post(sent(editor, f"{monday()},9:30,x,Soon.,"), {"then": "submit"})
    [message] = messages()
    assert (message.status, message.waits_for) == ("submitted", "command")
    with tenancy.enter(pct_109):
        assert [(step.did, step.by_id) for step in message.steps.all()] == [("submitted", editor.user.pk)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"{monday()},09:00,x,{'a' * 281},", "1 character too long for X"),
        (f"{monday()},09:00,x,{'a' * 6000},", "1000 characters longer than any message"),
        (f"{monday()},09:00,x,{'a' * 270},https://example.org/long", "too long for X"),
        (f"{monday()},09:00,x,  ,", "The message is empty"),
        (f"{monday()},09:00,x,Half \ud83d a smile,", "half a character"),
        ("2020-01-31,09:00,x,Late.,", "That time is past"),
        (f"{spring_night()},02:30,x,Night.,", "1:30 a.m. or"),
        (f"{autumn_night()},1:30 AM,x,Night.,", "“1:30 AM first” or “1:30 AM second”"),
        ("31.1.2027,09:00,x,A day.,", "Write the day as"),
        (f"{monday()},nine,x,A time.,", "Write the time as"),
        (f"{monday()},,x,No time.,", "Write the time as"),
        (f"{monday()},09:00,friendster,Where?,", "neither a network nor an account"),
        (f"{monday()},09:00,bluesky,Where?,", "no account on Bluesky"),
        (f"{monday()},09:00,x,A link.,example.org", "with https:// before it"),
        (f"{monday()},09:00,x,A link.,javascript:alert(1)", "with https:// before it"),
    ],
)
def test_what_is_wrong_stands_beside_its_cell_and_is_left_out(editor, line, words):
    url = sent(editor, f"{monday()},08:00,x,Good.,", line)
    html = editor.get(url).content.decode()
    assert words in html
    assert "<b>1 line</b> is right." in html
    assert words in editor.get(f"{url}?show=wrong").content.decode()
    editor.post(url, {"then": "draft"})
    assert [message.text for message in messages()] == ["Good."]
    assert words in editor.get(f"{url}left-out.csv").content.decode()


def test_which_of_the_two_can_be_said(editor):
    day = autumn_night()
    editor.post(sent(editor, f"{day},1:30 AM first,x,A.,", f"{day},1:30 AM second,x,B.,"))
    first, second = messages()
    assert (second.scheduled_at - first.scheduled_at).total_seconds() == 3600


def test_the_same_twice_is_said(editor):
    url = sent(editor, *[f"{monday()},09:00,x,The same.,"] * 2, f"{monday()},10:00,x,The same.,")
    assert "The same message stands in line 2." in editor.get(url).content.decode()
    editor.post(url)
    assert len(messages()) == 2


def test_a_dead_account_is_said(editor, pct_109):
    with tenancy.enter(pct_109):
        Account.objects.update(status="dead")
    assert "has to be connected again" in editor.get(sent(editor, f"{monday()},09:00,x,A.,")).content.decode()
    assert "no account that works" in editor.get(sent(editor, f"{monday()},09:00,,A.,")).content.decode()


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{HEAD}\r\n{monday()},09:00,x,Grüße an alle,\r\n".encode(),
        f"date;time;accounts;text;link\n{monday()};09:00;x;Grüße an alle;\n".encode(),
        f"Day\tHour\tNetworks\tMessage\tURL\n{monday()}\t9 AM\tX\tGrüße an alle\t\n".encode(),
        f"text,date,time\n\n,,\nGrüße an alle,{monday():%m/%d/%Y},9:00 am\n".encode(),
    ],
)
def test_files_as_people_have_them(editor, content):
    editor.post(send(editor, content).url)
    [message] = messages()
    assert (message.text, message.scheduled_at) == ("Grüße an alle", at(monday(), 9))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{HEAD}\n{monday()},09:00,x,Grüße,\n".encode("latin-1"), "not in UTF-8"),
        (f"{HEAD}\n{monday()},09:00,x,A,\n".encode("utf-16"), "not in UTF-8"),
        (b"PK\x03\x04\x00\x00", "This is no text file"),
        (b"", "This file is empty"),
        (f"{HEAD}\n\n".encode(), "There is no message in this file"),
        (b"a,b,c\n1,2,3\n", "date, time, text is not among them"),
        (f'{HEAD}\n{monday()},09:00,x,"open,\n'.encode(), "not a CSV file that we can read"),
        (f"{HEAD}\n".encode() + b"a" * 200_000, "not a CSV file that we can read"),
        (f"{HEAD}\n".encode() + b"a,b,c,d,e\n" * 5001, "This file has 5001 messages"),
        (b"a" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(editor, content, words):
    response = send(editor, content)
    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert 'id="id_file_error"' in html
    assert editor.post(PAGE).status_code == 422


def test_what_comes_back_is_no_formula_and_can_be_sent_again(editor):
    url = sent(editor, '2020-01-01,09:00,@demo_pct109,"=HYPERLINK(""http://x"")",', "2020-01-01,9:00,x,+1,")
    rows = list(csv.reader(io.StringIO(editor.get(f"{url}left-out.csv").content.decode("utf-8-sig"))))
    assert rows[0] == ["date", "time", "accounts", "text", "link", "why"]
    assert rows[1][2:4] == ["'@demo_pct109", '\'=HYPERLINK("http://x")']
    assert "past" in rows[1][5]
    mended = editor.get(f"{url}left-out.csv").content.decode().replace("2020-01-01", str(monday()))
    editor.post(send(editor, mended).url)
    assert [message.text for message in messages()] == ['=HYPERLINK("http://x")', "+1"]


def test_what_is_past_by_the_time_of_the_yes_is_left_out(editor, pct_109, monkeypatch):
    sent(editor, f"{monday()},09:00,x,A.,", f"{monday(2)},09:00,x,B.,")
    later = at(monday(), 10)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    with tenancy.enter(pct_109):
        batch = bulk.confirm(batch=Batch.objects.get(), command=pct_109, by=editor.user, submit=False)
    assert batch.made == 1
    assert [row["line"] for row in batch.rows] == [2]


def test_five_thousand_rows(editor):
    lines = [f"{monday(1 + n % 50)},{n % 24}:{n % 60:02},x,Message number {n} of many.," for n in range(5000)]
    url = sent(editor, *lines)
    page = editor.get(f"{url}?page=50").content.decode()
    assert "Message number 4999" in page
    editor.post(url)
    assert len(messages()) == 5000


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_them_once(make_user, pct_109):
    account(pct_109)
    user = make_user(role="editor", command=pct_109)
    clients = [Client(), Client(), Client()]
    for each in clients:
        each.force_login(user)
    url = sent(clients[0], *[f"{monday()},{hour}:00,x,At {hour}.," for hour in range(8, 18)])

    def yes(client):
        assert client.post(url, {"then": "draft"}).status_code == 302
        connection.close()

    threads = [Thread(target=yes, args=[each]) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(messages()) == 10
