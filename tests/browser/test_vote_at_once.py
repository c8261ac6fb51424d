"""A vote is counted on the page before the server knows of it, and taken back if the server refuses."""

import pytest
from playwright.sync_api import expect

from ideas.models import Vote
from precincts import tenancy
from tests.browser.conftest import started
from tests.ideas.factory import an_idea, vote

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "Cars race at night"


class Card:
    def __init__(self, page):
        self.up = page.get_by_role("button", name=f"Vote up: {TITLE}")
        self.down = page.get_by_role("button", name=f"Vote down: {TITLE}")
        self.score = page.locator(".vote__score")

    def shows(self, score, up=False, down=False):
        expect(self.score).to_have_text(str(score))
        expect(self.up).to_have_attribute("aria-pressed", str(up).lower())
        expect(self.down).to_have_attribute("aria-pressed", str(down).lower())


@pytest.fixture
def idea(pct_109):
    idea = an_idea(pct_109, title=TITLE)
    for _ in range(6):
        vote(idea)
    return idea


@pytest.fixture
def board(phone, idea):
    phone.goto("/pct-109/ideas/")
    return started(phone)


class Gate:
    """Nothing that comes here goes on to the server until the test lets it."""

    def __init__(self):
        self.held = []
        self.is_open = False

    def arrive(self, route):
        if self.is_open:
            route.continue_()
        else:
            self.held.append(route)

    def take(self):
        return self.held.pop(0)

    def open(self):
        self.is_open = True
        while self.held:
            self.take().continue_()


@pytest.fixture
def gate(board):
    gate = Gate()
    board.route("**/vote/", lambda route: gate.arrive(route))  # noqa: PLW0108 (it marks what it is given)
    return gate


def votes_in_database(idea):
    with tenancy.enter(idea.command_id):
        return sorted(Vote.objects.values_list("value", flat=True))


def test_the_number_changes_before_the_server_answers(board, gate, idea):
    card = Card(board)
    card.up.click()
    card.shows(7, up=True)
    assert votes_in_database(idea) == [1] * 6
    expect(board.locator("form[data-pending]")).to_have_count(1)
    gate.open()
    expect(board.locator("form[data-pending]")).to_have_count(0)
    card.shows(7, up=True)
    assert votes_in_database(idea) == [1] * 7
    board.reload()
    card.shows(7, up=True)


def test_from_up_to_down_and_back_to_nothing(board, idea):
    card = Card(board)
    for button, shown in ((card.up, (7, True, False)), (card.down, (5, False, True)), (card.down, (6,))):
        with board.expect_response("**/vote/"):
            button.click()
        card.shows(*shown)
    assert votes_in_database(idea) == [1] * 6


def test_what_the_server_refuses_is_taken_back_with_its_words(board, gate, watch):
    watch.allow("status of 403")
    card = Card(board)
    card.up.click()
    card.shows(7, up=True)
    gate.take().fulfill(status=403, json={"detail": "To vote here, confirm an e-mail address."})
    card.shows(6)
    expect(board.get_by_role("status").get_by_text("To vote here, confirm an e-mail")).to_be_visible()
    # The next click forgets the words.
    card.up.click()
    expect(board.get_by_text("To vote here, confirm an e-mail")).to_have_count(0)


def test_without_a_network_it_says_so(board, gate, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    card = Card(board)
    card.down.click()
    card.shows(5, down=True)
    gate.take().abort("internetdisconnected")
    card.shows(6)
    expect(board.get_by_text("Your vote did not arrive.")).to_be_visible()
    board.get_by_role("button", name="Close").click()
    expect(board.get_by_text("Your vote did not arrive.")).to_have_count(0)


def test_an_idea_that_left_the_board_takes_no_vote(board, idea, watch):
    watch.allow("status of 404")
    with tenancy.enter(idea.command_id):
        type(idea).objects.filter(pk=idea.pk).update(status="screened")
    card = Card(board)
    card.up.click()
    expect(board.get_by_text("Your vote did not arrive.")).to_be_visible()
    card.shows(6)


def test_a_double_click_ends_where_it_began(board, gate, idea):
    card = Card(board)
    card.up.click()
    card.up.click()
    card.shows(6)
    # The first wish is on its way; the second follows once it is answered.
    gate.open()
    expect(board.locator("form[data-pending]")).to_have_count(0)
    card.shows(6)
    assert votes_in_database(idea) == [1] * 6


def test_many_quick_clicks_agree_with_the_database(board, idea):
    card = Card(board)
    for _ in range(5):
        card.up.click()
    card.shows(7, up=True)
    expect(board.locator("form[data-pending]")).to_have_count(0)
    assert votes_in_database(idea) == [1] * 7


def test_two_tabs_of_one_neighbor_are_one_vote(board, idea):
    other = board.context.new_page()
    with board.expect_response("**/vote/"):
        Card(board).up.click()
    other.goto("/pct-109/ideas/")
    with board.expect_response("**/vote/"):
        Card(board).down.click()
    card = Card(other)
    card.shows(7, up=True)
    # This tab still shows the first vote. What it is asked for is what counts.
    with other.expect_response("**/vote/"):
        card.down.click()
    card.shows(5, down=True)
    assert votes_in_database(idea) == [-1, *[1] * 6]
