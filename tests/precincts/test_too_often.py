"""Who signs in too often is told to take a break, on a page of ours."""

import pytest

pytestmark = pytest.mark.django_db
MOST_A_MINUTE = {"/accounts/login/": 30, "/accounts/signup/": 20}


@pytest.mark.parametrize("page", MOST_A_MINUTE)
def test_the_pages_of_signing_in_ask_for_a_break(client, page):
    answers = [client.post(page, {}) for _ in range(MOST_A_MINUTE[page] + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert "Please try again in a while" in answers[-1].content.decode()
