"""The inbox at the desk: one stream, a thread with its people, and what is done with it."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from ideas.models import SavedReply
from precincts import tenancy
from precincts.models import Membership
from socialfeeds import handing, listening, publishing, watching
from socialfeeds.models import Delivery, Mention, Message, Thread, ThreadNote, WatchedWords
from tests.ideas.mentions import INBOX, heard
from tests.socialfeeds.fake_network import a_post, account, fake
from tests.socialfeeds.voice import an_account

__all__ = ["account", "fake", "heard"]
pytestmark = pytest.mark.django_db(transaction=True)


def address(mention, what=""):
    return f"{INBOX}{mention.thread_id}/{what}"


def names(client, query=""):
    """Whose conversations stand in the list, in order."""
    page = client.get(INBOX + query).content.decode()
    return re.findall(r"<b[^>]*>\s*@(\w+)\s*</b>", page.split("data-queue")[1].split("</ul>")[0])


def text_of(client, url):
    return client.get(url).content.decode()


def test_the_stream_has_tabs_filters_and_pages(heard, commander, monkeypatch):
    for name in ("ann", "bob", "cleo"):
        heard.say(f"Hello from {name}", author=name)
    heard.say("The lamp on Main St", author="dan")
    assert names(commander) == ["ann", "bob", "cleo", "dan"]
    assert "4 in the inbox" in text_of(commander, "/pct-109/desk/")
    assert names(commander, "?show=all") == ["dan", "cleo", "bob", "ann"]
    assert names(commander, "?words=main+st") == ["dan"]
    assert names(commander, "?words=%40cleo") == ["cleo"]
    assert names(commander, "?words=nothing") == []
    assert names(commander, "?network=x") == [] and names(commander, "?network=mastodon&show=open") != []
    assert names(commander, "?mine=1") == []
    assert names(commander, "?after=nonsense&show=nonsense") == ["ann", "bob", "cleo", "dan"]
    from ideas.desk import inbox

    monkeypatch.setattr(inbox, "PAGE", 3)
    for query in ("?", "?show=all"):
        page = text_of(commander, INBOX + query)
        following = re.search(r'href="([^"]+)"\s+rel="next"', page)[1].replace("&amp;", "&")
        assert names(commander, query) + names(commander, following.removeprefix(INBOX)) == (
            ["ann", "bob", "cleo", "dan"] if query == "?" else ["dan", "cleo", "bob", "ann"]
        )


def test_a_page_costs_the_same_however_much_is_there(
    heard, commander, django_assert_max_num_queries, django_assert_num_queries
):
    first = heard.say("Hello", author="ann")
    commander.get(INBOX)
    with django_assert_max_num_queries(38) as few:
        commander.get(address(first))
    heard.fake.posts += [a_post(f"more-{n}", "More", author=f"a{n % 9}", minutes=n) for n in range(40)]
    heard.fake.posts += [a_post(f"ann-{n}", "And more", author="ann", minutes=n) for n in range(20)]
    heard.hear()
    with django_assert_num_queries(len(few.captured_queries)):
        commander.get(address(first))


def test_a_thread_shows_the_conversation_and_what_they_said_before(heard, commander):
    heard.say("My first words here", conversation_id="old")
    mention = heard.say("The lamp at Main St & 45 Av is <b>dark</b>")
    page = text_of(commander, address(mention))
    assert "&lt;b&gt;dark&lt;/b&gt;" in page and "Main St &amp; 45 Av" in page and "Lighting" in page
    assert "What they said before" in page and "My first words here" in page
    assert text_of(commander, address(mention) + "?show=nonsense&undo=9999999999999999999999")
    assert commander.get(f"{INBOX}99999/").status_code == 404


def test_a_note_and_a_name_are_kept_once(heard, commander, pct_109, make_user):
    mention = heard.say("Hello")
    colleague = make_user("colleague@example.org", role="moderator", command=pct_109)
    for _ in range(2):
        commander.post(address(mention, "notes/"), {"text": "Ask the sergeant."})
    assert commander.post(address(mention, "notes/"), {"text": " "}).status_code == 422
    commander.post(address(mention, "assign/"), {"assigned_to": colleague.pk})
    assert heard.thread().assigned_to == colleague
    assert commander.post(address(mention, "assign/"), {"assigned_to": 99999}).status_code == 422
    commander.post(address(mention, "assign/"), {"me": "1"})
    assert heard.thread().assigned_to == commander.user
    commander.post(address(mention, "about/"), {"topic": "noise", "place": "Union St"})
    assert (heard.thread().topic, heard.thread().place) == ("noise", "Union St")
    with tenancy.enter(pct_109):
        assert ThreadNote.objects.count() == 1
    page = text_of(commander, address(mention))
    assert "Ask the sergeant." in page and "assigned it" in page
    assert names(commander, "?mine=1") == ["maria"]


def test_done_leads_on_is_undone_and_opens_when_they_speak_again(heard, commander):
    mention, other = heard.say("Hello"), heard.say("Hi", author="li")
    version = heard.thread(mention).version
    answer = commander.post(address(mention, "done/"), {"version": version})
    assert answer.url == f"{INBOX}{other.thread_id}/?undo={mention.thread_id}"
    assert names(commander) == ["li"]
    assert "data-undo" in text_of(commander, answer.url)
    commander.post(address(mention, "done/"), {"undo": "1"})
    assert names(commander) == ["maria", "li"]
    commander.post(address(mention, "done/"), {})
    heard.say("Nobody came!")
    assert heard.thread(mention).status == "open"
    assert names(commander) == ["li", "maria"]


def test_who_decides_on_what_changed_is_told_what(heard, commander, staff):
    mention = heard.say("Hello")
    seen, version = timezone.now().isoformat(), heard.thread().version
    heard.say("And it is on Union Street")
    staff("editor").post(address(mention, "notes/"), {"text": "I know the place."})
    stale = commander.post(address(mention, "done/"), {"version": version, "seen": seen})
    page = stale.content.decode()
    assert stale.status_code == 409 and "What changed since you looked" in page
    assert "And it is on Union Street" in page and "I know the place." in page
    assert heard.thread().status == "open"
    stale = commander.post(
        address(mention, "answer/"), {"version": version, "mention": mention.pk, "text": "We come by."}
    )
    assert stale.status_code == 409 and "We come by." in stale.content.decode()


def test_an_answer_goes_to_that_account_alone_and_ends_the_wait(heard, commander, pct_109):
    mention = heard.say("The lamp is dark")
    with tenancy.enter(pct_109):
        an_account("another", external_id="2")
        reply = SavedReply.objects.create(name="Soon", text="We look at {place}.")
    filled = commander.post(address(mention, "answer/"), {"insert": "1", "reply": reply.pk, "text": "Hello!"})
    assert "Hello!\n\nWe look at your block." in filled.content.decode()
    for text, words in {"": "Write the answer first.", "x" * 501: "too long", "\u200b": "empty"}.items():
        refused = commander.post(address(mention, "answer/"), {"text": text, "mention": mention.pk})
        assert refused.status_code == 422 and words in refused.content.decode()
    sent = {"text": "We look at it.", "mention": mention.pk, "version": heard.thread().version}
    for _ in range(2):
        assert commander.post(address(mention, "answer/"), sent).status_code == 302
    with tenancy.enter(pct_109):
        delivery = Delivery.objects.select_related("account", "message").get()
    assert (delivery.account.pk, delivery.message.answers_id) == (heard.account.pk, mention.pk)
    assert heard.thread().waiting_since
    publishing.deliver(command_id=pct_109.pk, delivery_id=delivery.pk)
    assert heard.thread().waiting_since is None
    assert heard.fake.calls[-1] == ("post", "We look at it.", "p1")
    page = text_of(commander, address(mention))
    assert "We look at it." in page and "https://social.example/@engage_109/sent-" in page


def test_where_the_network_lets_nobody_answer_the_page_says_why(heard, commander):
    mention = heard.say("Hello")
    heard.fake.no_answer = "This network takes no answers after a week."
    page = text_of(commander, address(mention))
    assert "This network takes no answers after a week." in page and "Send the answer" not in page
    refused = commander.post(address(mention, "answer/"), {"text": "Hello", "mention": mention.pk})
    assert refused.status_code == 422 and "after a week" in refused.content.decode()


def test_who_looks_is_seen_by_the_other(heard, commander, staff):
    mention, editor = heard.say("Hello"), staff("editor")
    commander.post(address(mention, "claim/"), {"quiet": "1"})
    assert "commander is looking at this" in re.sub(r"\s+", " ", text_of(editor, address(mention)))
    holds = editor.get("/pct-109/desk/holds/", {"line": f"thread:{mention.thread_id}"}).content.decode()
    assert f"held-thread-{mention.thread_id}" in holds and "commander" in holds
    commander.post(address(mention, "claim/"), {"release": "1"})
    assert "is looking" not in text_of(editor, address(mention))


def test_a_referred_thread_is_copied_to_the_other_command_once(heard, commander, pct_109, pct_110):
    mention = heard.say("This is on Corona Av")
    refused = commander.post(address(mention, "refer/"), {"command": "pct-110"})
    assert refused.status_code == 422  # no account, no inbox
    with tenancy.enter(pct_110):
        an_account("demo_pct110")
    seen, version = timezone.now().isoformat(), heard.thread().version
    referral = {
        "command": "pct-110",
        "word": "It is your side of the street.",
        "version": version,
        "seen": seen,
    }
    assert commander.post(address(mention, "refer/"), referral).status_code == 302
    assert commander.post(address(mention, "refer/"), referral).status_code == 409
    for _ in range(2):
        for command_id, thread_id in handing.due():
            handing.hand_over(command_id=command_id, thread_id=thread_id)
    with tenancy.enter(pct_109):
        Thread.objects.update(handed_at=None)  # A worker died before it could say so.
    handing.hand_over(command_id=pct_109.pk, thread_id=mention.thread_id)
    assert heard.thread().status == "referred" and heard.thread().handed_at
    with tenancy.enter(pct_110):
        copy = Mention.objects.select_related("thread", "account").get()
        assert (copy.text, copy.url) == (mention.text, f"https://social.example/@maria/{mention.external_id}")
        assert copy.thread.status == "open" and copy.thread.waiting_since
        note = ThreadNote.objects.get()
    assert "109" in note.text and "your side of the street" in note.text
    assert "Referred" in text_of(commander, address(mention))


def test_who_may_only_look_can_do_nothing(heard, staff, pct_109):
    mention, reviewer = heard.say("Hello"), staff("reviewer")
    page = text_of(reviewer, address(mention))
    assert "Send the answer" not in page and "Make it an issue" not in page
    assert reviewer.post(address(mention, "done/"), {}).status_code == 403
    moderator = staff("moderator")
    assert (
        moderator.post(address(mention, "answer/"), {"text": "x", "mention": mention.pk}).status_code == 403
    )
    with tenancy.enter(pct_109):
        assert not Message.objects.exists()
    Membership.objects.filter(user=moderator.user).delete()
    assert moderator.get(INBOX).status_code == 403


def test_words_are_watched_once_removed_and_say_what_is_wrong(heard, commander, pct_109, monkeypatch):
    words = f"{INBOX}words/"
    for sent, told in {"": "Write the words first.", "x" * 101: "at most 100"}.items():
        refused = commander.post(words, {"account": heard.account.pk, "words": sent})
        assert refused.status_code == 422 and told in refused.content.decode()
    assert commander.post(words, {"account": 99999, "words": "flushing"}).status_code == 422
    assert (
        commander.post(words, {"account": heard.account.pk, "words": " Kissena   Blvd "}).status_code == 302
    )
    again = commander.post(words, {"account": heard.account.pk, "words": "kissena blvd"})
    assert "watches these words already" in again.content.decode()
    heard.fake.found = None
    for command_id, watched_id in listening.due_words():
        listening.search(command_id=command_id, watched_id=watched_id)
    page = text_of(commander, words)
    assert "Kissena Blvd" in page and "This network has no search." in page
    monkeypatch.setattr(watching, "MOST", 1)
    assert (
        "Remove some first"
        in commander.post(words, {"account": heard.account.pk, "words": "other"}).content.decode()
    )
    with tenancy.enter(pct_109):
        row = WatchedWords.objects.get()
    commander.post(f"{words}{row.pk}/remove/")
    assert "None so far." in text_of(commander, words)
