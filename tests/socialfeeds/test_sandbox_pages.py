"""The sandbox's pages for people: reading timelines and writing as a neighbor, without JavaScript."""

import html
import re

import pytest
import requests

from tests.socialfeeds.x_client import Caller


@pytest.fixture
def net(fresh_sandbox):
    fresh_sandbox.account("demo_pct109", name="109th Precinct (demo)")
    return fresh_sandbox


@pytest.fixture
def browse(net):
    with requests.Session() as session:
        yield lambda path, **fields: session.request(
            "POST" if fields else "GET", net.url + path, timeout=30, **fields
        )


def fill_in(browse, path, **fields):
    """Open a page and send its form, as a browser does."""
    page = browse(path).text
    action = html.unescape(re.search(r'<form method="post" action="([^"#]*)', page)[1])
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    return browse(action, data={"csrfmiddlewaretoken": token, **fields})


def words(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def test_the_home_page_says_what_this_is_and_who_is_here(net, browse):
    net.post("maria", "Hello", name="Maria G.")
    page = browse("/")
    assert page.status_code == 200
    assert "Stand-ins for the networks on this machine: nothing here leaves it." in words(page)
    assert "109th Precinct (demo) @demo_pct109 0 posts" in words(page)
    assert "Maria G. @maria Neighbor 1 post" in words(page)


def test_an_empty_network_is_friendly(fresh_sandbox):
    page = requests.get(fresh_sandbox.url, timeout=30)
    assert "Nobody is here yet" in page.text


def test_many_accounts_come_page_by_page(net, browse):
    for n in range(60):
        net.post(f"neighbor_{n}", "Hello")
    first, second = browse("/"), browse("/?page=2")
    listed = re.findall(r'class="handle">@(\w+)<', first.text + second.text)
    assert len(listed) == len(set(listed)) == 61
    assert "More accounts" in first.text
    assert "More accounts" not in second.text
    assert browse("/?page=nonsense").status_code == 200


def test_a_post_of_the_api_can_be_read_on_the_timeline_and_on_its_own_page(net, browse):
    text = "You said <b>noise</b> & speed: see http://127.0.0.1:8000/pct-109/ideas/5/. Thanks @maria!"
    post_id = Caller(net.url).tweet(text).json()["data"]["id"]
    for path in ("/demo_pct109", "/DEMO_pct109", f"/demo_pct109/status/{post_id}"):
        page = browse(path)
        assert page.status_code == 200
        assert "You said <b>noise</b> & speed" in words(page)
        assert "<b>noise" not in page.text
        assert 'href="http://127.0.0.1:8000/pct-109/ideas/5/"' in page.text
        assert 'href="/maria"' in page.text
        assert f'href="/demo_pct109/status/{post_id}"' in page.text
        assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT', page.text)


def test_posts_come_newest_first_and_page_by_page(net, browse):
    for n in range(45):
        net.post("demo_pct109", f"Number {n}.")
    found, path, pages = [], "/demo_pct109", 0
    while path:
        page = browse(path).text
        found += [int(n) for n in re.findall(r"Number (\d+)\.", page)]
        older = re.search(r'href="([^"]+before=[^"]+)"', page)
        path = older[1] if older else None
        pages += 1
    assert found == list(range(44, -1, -1))
    assert pages == 3


def test_a_neighbor_writes_and_the_account_finds_the_mention(net, browse):
    page = fill_in(browse, "/demo_pct109", handle="@maria", text="Cars race on Kissena\r\nevery night")
    assert page.url.startswith(f"{net.url}/demo_pct109/mentions?sent=")
    assert "Posted. Whoever reads for @demo_pct109 finds it here." in words(page)
    caller = Caller(net.url)
    me = caller.get("users/me").json()["data"]["id"]
    (mention,) = caller.get(f"users/{me}/mentions").json()["data"]
    assert mention["text"] == "@demo_pct109 Cars race on Kissena\nevery night"
    assert net.posts("maria")[0]["text"] == mention["text"]


def test_who_mentions_the_account_already_is_not_made_to_twice(net, browse):
    fill_in(browse, "/demo_pct109", handle="maria", text="Thank you @Demo_Pct109")
    assert net.posts()[0]["text"] == "Thank you @Demo_Pct109"


def test_a_reply_is_told_apart_and_stands_below_its_post(net, browse):
    mention = net.post("maria", "@demo_pct109 who plows?")
    reply = (
        Caller(net.url)
        .tweet("Sanitation.", reply={"in_reply_to_tweet_id": mention["id"]})
        .json()["data"]["id"]
    )
    assert "Reply to a post of @maria" in words(browse("/demo_pct109"))
    thread = browse(f"/maria/status/{mention['id']}")
    assert f'id="p{reply}"' in thread.text
    answered = browse(f"/demo_pct109/status/{reply}")
    assert answered.text.index(f'id="p{mention["id"]}"') < answered.text.index(f'id="p{reply}"')


def test_a_neighbor_can_answer_a_post(net, browse):
    post_id = Caller(net.url).tweet("A speed board is up.").json()["data"]["id"]
    page = fill_in(browse, f"/demo_pct109/status/{post_id}", handle="otto", text="Thank you!")
    assert "Your reply is posted." in page.text
    (answer,) = net.posts("otto")
    assert (answer["text"], answer["reply_to"]) == ("@demo_pct109 Thank you!", post_id)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"handle": "", "text": "Hello"}, "This field is required."),
        ({"handle": "maria", "text": ""}, "This field is required."),
        ({"handle": "a b", "text": "Hello"}, "letters, digits, or underscores"),
        ({"handle": "demo_PCT109", "text": "Hello"}, "speaks for itself"),
        ({"handle": "maria", "text": "x" * 280}, "too long by 13 characters"),
        ({"handle": "maria", "text": "a\ufeffb"}, "characters that are not allowed"),
    ],
)
def test_a_wrong_form_comes_back_with_what_to_change(net, browse, fields, says):
    page = fill_in(browse, "/demo_pct109", **fields)
    assert page.status_code == 422
    assert says in words(page)
    assert 'aria-invalid="true"' in page.text
    assert net.posts() == []


def test_a_form_from_elsewhere_is_refused_with_a_way_back(net, browse):
    page = browse("/demo_pct109", data={"handle": "maria", "text": "Hello"})
    assert page.status_code == 403
    assert "Open the page again" in page.text
    assert net.posts() == []


@pytest.mark.parametrize(
    "path",
    [
        "/nobody",
        "/nobody/mentions",
        "/demo_pct109/status/17",
        f"/demo_pct109/status/{'9' * 40}",
        "/a/b/c",
        "/x.php",
    ],
)
def test_what_is_not_here_says_so_kindly(browse, path):
    page = browse(path)
    assert page.status_code == 404
    assert "See who is here" in page.text


def test_a_post_has_one_address(net, browse):
    post = net.post("maria", "Hello")
    assert browse(f"/demo_pct109/status/{post['id']}").status_code == 404


def test_pages_allow_no_script_and_nothing_from_elsewhere(net, browse):
    net.post("demo_pct109", "Hello")
    for path in ("/", "/demo_pct109", "/nobody"):
        page = browse(path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page.text)
        for address in re.findall(r'(?:src|href)="([^"]*)"', page.text):
            assert address.startswith(("/", "#", "?"))


def test_the_stylesheet_and_the_mark_are_served_here(browse):
    assert browse("/sandbox/static/sandbox.css").headers["Content-Type"].startswith("text/css")
    assert browse("/sandbox/static/mark.svg").headers["Content-Type"] == "image/svg+xml"
    assert browse("/sandbox/static/../settings.py").status_code == 404
    assert browse("/sandbox/static/%2e%2e/settings.py").status_code == 400
