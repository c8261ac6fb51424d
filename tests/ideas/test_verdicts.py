"""Is it fixed? One answer a neighbor and round; enough noes bring the issue back, once."""

import pytest
from django.test import Client
from django.utils import timezone

from ideas import moderating, verdicts
from ideas.models import Action, Decision, Idea, Verdict
from precincts import tenancy
from precincts.models import Command, Participant
from precincts.participants import COOKIE, cookie_of, merging
from tests.ideas.desk import decide, decisions, now, set_status
from tests.ideas.factory import an_idea
from tests.together import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.services]
JSON = {"Accept": "application/json"}


def address(idea, slug="pct-109"):
    return f"/{slug}/ideas/{idea.pk}/"


def act(idea, action=Action.DONE, answer="It is mended."):
    with tenancy.enter(idea.command_id):
        return moderating.decide(
            idea=Idea.objects.get(pk=idea.pk), asked=moderating.Asked(action=action, by=None, answer=answer)
        )


@pytest.fixture
def fixed(pct_109):
    """An issue that the command says it has acted on."""
    idea = an_idea(pct_109)
    act(idea)
    return idea


def a_neighbor():
    browser = Client()
    browser.participant = Participant.objects.create()
    browser.cookies[COOKIE] = cookie_of(browser.participant)
    return browser


def say(browser, idea, fixed, **fields):
    return browser.post(f"{address(idea)}verdict/", {"fixed": fixed, **fields})


def put(browser, idea, data):
    url = f"/api/v1/commands/pct-109/ideas/{idea.pk}/verdict/"
    return browser.put(url, data, content_type="application/json")


def given(idea):
    with tenancy.enter(idea.command_id):
        return sorted(Verdict.objects.filter(idea=idea).values_list("fixed", "text"))


def page(browser, idea):
    return browser.get(address(idea)).content.decode()


# One neighbor


def test_an_answer_stands_on_the_page_and_can_be_changed(fixed):
    browser = a_neighbor()
    assert "Is it fixed?" in page(browser, fixed)
    response = say(browser, fixed, "yes")
    assert (response.status_code, response.url) == (302, address(fixed) + "#fixed")
    assert 'data-verdict="yes"' in page(browser, fixed)
    assert 'data-verdict=""' in page(a_neighbor(), fixed)
    say(browser, fixed, "no", text="The lamp flickers.")
    assert given(fixed) == [(False, "The lamp flickers.")]
    assert 'data-verdict="no"' in page(browser, fixed)


def test_without_a_cookie_one_gets_one(client, fixed):
    say(client, fixed, "no")
    say(client, fixed, "no")
    assert given(fixed) == [(False, "")]


def test_a_script_gets_the_tally(fixed):
    browser = a_neighbor()
    answer = browser.post(f"{address(fixed)}verdict/", {"fixed": "yes"}, headers=JSON).json()
    assert (answer["fixed"], answer["not_fixed"], answer["mine"], answer["reopened"]) == (1, 0, True, False)


def test_the_words_are_for_the_desk_alone(fixed, moderator):
    say(a_neighbor(), fixed, "no", text="Still <dark> at the corner.")
    assert "Still" not in page(a_neighbor(), fixed)
    assert (
        "Still &lt;dark&gt; at the corner."
        in moderator.get(f"/pct-109/desk/ideas/{fixed.pk}/").content.decode()
    )


@pytest.mark.parametrize("value", ["", "maybe", "YES", "1", "true", "yes\x00", "y" * 100_000])
def test_what_is_no_answer(fixed, value):
    response = say(a_neighbor(), fixed, value, text="typed by me")
    assert response.status_code == 422
    seen = response.content.decode()
    assert "press one of the two buttons" in seen
    assert "typed by me" in seen
    assert not given(fixed)


@pytest.mark.parametrize("text", ["x" * 501, "x" * 1_000_000, "a\x00b"])
def test_too_many_words_or_wrong_ones(fixed, text):
    response = say(a_neighbor(), fixed, "no", text=text)
    assert response.status_code == 422
    assert 'id="verdict_text_error"' in response.content.decode()
    assert not given(fixed)


@pytest.mark.parametrize("text", ["لا يزال مظلما", "还没有修好", "😀" * 500, "\u202eabc", "a\r\nb" * 100])
def test_words_of_any_kind(fixed, text):
    assert say(a_neighbor(), fixed, "no", text=text).status_code == 302
    assert len(given(fixed)) == 1


@pytest.mark.parametrize("status", ["spoken", "heard", "acting", "cannot", "referred", "merged"])
def test_only_what_was_acted_on_is_asked_about(fixed, status):
    set_status(fixed, status)
    assert "Is it fixed?" not in page(a_neighbor(), fixed)
    response = say(a_neighbor(), fixed, "no", text="typed by me")
    assert response.status_code == 409
    assert "This question is closed" in response.content.decode()
    assert "typed by me" in response.content.decode()
    assert not given(fixed)


@pytest.mark.parametrize("status", ["waiting", "screened", "withdrawn"])
def test_what_is_not_public_is_not_here(fixed, status):
    set_status(fixed, status)
    assert say(a_neighbor(), fixed, "no").status_code == 404


def test_another_commands_issue_is_not_here(fixed):
    assert a_neighbor().post(f"/pct-110/ideas/{fixed.pk}/verdict/", {"fixed": "no"}).status_code == 404


def test_too_many_answers_from_one_source(fixed, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"verdict": "1/hour"}
    browser = a_neighbor()
    say(browser, fixed, "yes")
    response = say(browser, fixed, "no", text="typed by me")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "typed by me" in response.content.decode()
    assert given(fixed) == [(True, "")]


def test_a_board_that_wants_more_of_who_votes_wants_it_here(fixed):
    Command.objects.filter(slug="pct-109").update(who_may_vote="verified")
    assert "verified e-mail" in page(a_neighbor(), fixed)
    assert say(a_neighbor(), fixed, "no").status_code == 403
    assert not given(fixed)


# Enough noes


def test_enough_noes_bring_it_back(fixed, commander):
    before = now(fixed).version
    for answer in ("no", "no"):
        say(a_neighbor(), fixed, answer)
    assert now(fixed).status == "acted"
    last = a_neighbor()
    response = say(last, fixed, "no", text="Dark again.")
    assert "back with the command" in last.get(response.url).content.decode()
    idea = now(fixed)
    assert (idea.status, idea.version) == ("acting", before + 1)
    assert idea.reopened_at is not None
    assert abs(idea.queued_at - timezone.now()) < timezone.timedelta(minutes=1)
    made = decisions(fixed)[-1]
    assert (made.action, made.decided_by, made.from_status, made.to_status) == (
        "reopen",
        None,
        "acted",
        "acting",
    )
    seen = page(a_neighbor(), fixed)
    assert "Neighbors say it is not fixed" in seen
    assert "Dark again." not in seen
    assert "Is it fixed?" not in seen
    assert "Dark again." in commander.get(f"/pct-109/desk/ideas/{fixed.pk}/").content.decode()


@pytest.mark.parametrize(
    ("yes", "no", "back"), [(0, 2, False), (0, 3, True), (2, 3, True), (3, 3, False), (5, 4, False)]
)
def test_how_many_are_enough(fixed, yes, no, back):
    for answer in ["yes"] * yes + ["no"] * no:
        say(a_neighbor(), fixed, answer)
    assert (now(fixed).status == "acting") is back


def test_a_change_of_mind_counts(fixed):
    people = [a_neighbor() for _ in range(4)]
    for person, answer in zip(people, ["yes", "yes", "no", "no"], strict=True):
        say(person, fixed, answer)
    assert now(fixed).status == "acted"
    say(people[0], fixed, "no")
    assert now(fixed).status == "acting"


def test_how_many_are_enough_is_a_setting(fixed, settings):
    settings.NOT_FIXED_ENOUGH = 1
    say(a_neighbor(), fixed, "no")
    assert now(fixed).status == "acting"


def test_acting_again_opens_a_new_round(fixed):
    settled = [a_neighbor() for _ in range(3)]
    for person in settled:
        say(person, fixed, "no")
    act(fixed, answer="Mended once more.")
    assert now(fixed).reopened_at is None
    assert 'data-verdict=""' in page(settled[0], fixed)
    say(settled[0], fixed, "yes")
    say(settled[1], fixed, "no")
    assert now(fixed).status == "acted"
    assert len(given(fixed)) == 5


def test_a_page_of_an_earlier_round_is_told_so(fixed):
    round = decisions(fixed)[-1].pk
    act(fixed, answer="Done better.")
    response = say(a_neighbor(), fixed, "no", round=round)
    assert response.status_code == 409
    assert "Read what stands now" in response.content.decode()
    assert not given(fixed)
    assert say(a_neighbor(), fixed, "no", round=decisions(fixed)[-1].pk).status_code == 302


@pytest.mark.parametrize("round", ["-1", "x", "9" * 30, "9" * 5000])
def test_a_round_that_is_none(fixed, round):
    assert say(a_neighbor(), fixed, "no", round=round).status_code in (409, 422)
    assert not given(fixed)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_bring_it_back_once(pct_109):
    idea = an_idea(pct_109)
    act(idea)
    people = [Participant.objects.create() for _ in range(6)]

    def no(person):
        with tenancy.enter(pct_109):
            try:
                return verdicts.give(idea=idea, participant=person, fixed=False).reopened
            except verdicts.Closed:
                return "closed"

    results = at_once(*[lambda person=person: no(person) for person in people])
    assert sorted(map(str, results)) == ["False", "False", "True", "closed", "closed", "closed"]
    with tenancy.enter(pct_109):
        assert Decision.objects.filter(action=Action.REOPEN).count() == 1


def test_a_decision_made_on_the_page_of_before_is_refused(fixed, commander):
    seen = now(fixed)
    for _ in range(3):
        say(a_neighbor(), fixed, "no")
    assert decide(commander, seen, "done", answer="Still mended.").status_code == 409


def test_signing_in_takes_the_answer_along(fixed):
    anonymous, known = a_neighbor(), Participant.objects.create()
    say(anonymous, fixed, "no", text="mine")
    merging.send(sender=None, source=anonymous.participant, target=known)
    with tenancy.enter(fixed.command_id):
        assert Verdict.objects.get().participant == known


def test_signing_in_keeps_the_accounts_own_answer(fixed):
    anonymous, known = a_neighbor(), a_neighbor()
    say(anonymous, fixed, "no")
    say(known, fixed, "yes")
    merging.send(sender=None, source=anonymous.participant, target=known.participant)
    assert given(fixed) == [(True, "")]


def test_the_page_asks_as_often_however_many_answered(fixed, django_assert_max_num_queries):
    browser = a_neighbor()
    say(browser, fixed, "yes")
    with django_assert_max_num_queries(60) as captured:
        page(browser, fixed)
        few = len(captured)
    for _ in range(8):
        say(a_neighbor(), fixed, "yes")
    with django_assert_max_num_queries(few):
        page(browser, fixed)


# Machines


def test_the_api_takes_an_answer(fixed):
    browser = a_neighbor()
    answer = put(browser, fixed, {"fixed": False, "text": "Dark."})
    assert answer.status_code == 200
    assert answer.json() == {
        "round": decisions(fixed)[-1].pk,
        "fixed": 0,
        "not_fixed": 1,
        "mine": False,
        "reopened": False,
    }
    shown = browser.get(f"/api/v1/commands/pct-109/ideas/{fixed.pk}/").json()["verdicts"]
    assert (shown["not_fixed"], shown["mine"]) == (1, False)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"fixed": "maybe"},
        {"fixed": None},
        {"fixed": True, "text": "x" * 501},
        {"fixed": True, "round": 2**63},
        [1],
    ],
)
def test_the_api_refuses_what_is_no_answer(fixed, data):
    assert put(a_neighbor(), fixed, data).status_code == 400
    assert not given(fixed)


def test_the_api_says_that_a_round_is_over(fixed):
    set_status(fixed, "acting")
    answer = put(a_neighbor(), fixed, {"fixed": True})
    assert (answer.status_code, answer.json()["idea_status"]) == (409, "acting")
