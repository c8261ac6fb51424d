"""What a command writes: a little Markdown, drawn safely wherever it stands, and plain where no page is."""

import re
from urllib.parse import quote

import pytest

from engage.markdown import MOST, to_html, to_plain
from tests.ideas.desk import decide, set_status
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db

RICH = """We looked at it **twice**:

1. a car on *Friday*
2. a talk with the [owner](https://example.org/plan)

> It is too loud.

Write to <community@example.org>."""


def page(client, idea):
    return client.get(f"/pct-109/ideas/{idea.pk}/").content.decode()


def test_an_answer_is_drawn(commander, client, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer=RICH)
    seen = page(client, idea)
    assert "<strong>twice</strong>" in seen
    assert "<em>Friday</em>" in seen
    assert re.search(r"<ol[^>]*>\s*<li>a car", seen)
    assert re.search(r"<blockquote[^>]*>\s*<p[^>]*>It is too loud", seen)
    assert (
        '<a href="https://example.org/plan" rel="nofollow noopener">owner</a><small> (example.org)</small>'
        in seen
    )
    assert 'href="mailto:community@example.org"' in seen


def test_a_card_shows_it_without_signs(commander, client, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer=RICH)
    card = client.get("/pct-109/ideas/").content.decode()
    assert "We looked at it twice:" in card
    assert "**" not in card
    assert "https://example.org/plan" in card
    assert 'href="https://example.org/plan"' not in card


def test_the_story_tells_earlier_words_without_signs(commander, client, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="We **heard**.")
    decide(commander, idea, "act", version=3, answer="We act.")
    assert "We heard." in page(client, idea)


def test_the_api_gives_both(commander, client, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="We **heard** <it>.")
    answer = client.get(f"/api/v1/commands/pct-109/ideas/{idea.pk}/").json()["answer"]
    assert answer["text"] == "We **heard** <it>."
    assert answer["html"] == '<p dir="auto">We <strong>heard</strong> &lt;it&gt;.</p>'
    assert (answer["edited_at"], answer["photos"], answer["before"], answer["also"]) == (None, [], [], [])
    [card] = client.get("/api/v1/commands/pct-109/ideas/").json()["results"]
    assert "<strong>" in card["answer"]["html"]


def test_what_the_command_comments_is_drawn_and_what_a_neighbor_does_is_not(commander, client, pct_109):
    idea = an_idea(pct_109)
    commander.post(f"/pct-109/ideas/{idea.pk}/comments/", {"body": "It is **ours**."})
    assert "<strong>ours</strong>" in page(client, idea)
    client.post(f"/pct-109/ideas/{idea.pk}/comments/", {"body": "It is **mine**."})
    assert "It is **mine**." in page(client, idea)


# Old answers, which were plain


@pytest.mark.parametrize(
    "text",
    [
        "We heard you.\nFrom Friday on, a car stands there.\n\nThank you.",
        "Call 311, or come by: 37-05 Union Street (side door) & ask for us.",
        '5 < 6 and 7 > 4; a_b_c; 2 * 3 * 4; it\'s 50% "done"',
        "Größe, 你好, مرحبا, 😀",
    ],
)
def test_a_plain_answer_stands_as_it_stood(text):
    from django.utils.html import linebreaks

    def words(html):
        html = re.sub(r"<br ?/?>", "\n", str(html)).replace("&quot;", '"').replace("&#x27;", "'")
        return re.sub(r"\s*\n\s*", "\n", re.sub(r"<[^>]+>", "", html)).strip()

    assert words(to_html(text)) == words(linebreaks(text, autoescape=True))
    assert to_plain(text) == text


# What is dangerous


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](//evil.example/)",
        "[x](/pct-109/desk/)",
        "[x](https://nypd.example@evil.example/)",
        "<javascript:alert(1)>",
        "![x](https://evil.example/pixel.png)",
        "[x]: https://evil.example\n\n[x]",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        '**<svg onload="alert(1)">**',
        "<!-- x --> <style>*{display:none}</style>",
        '[a](https://x.org/" onclick="alert(1))',
        "\u202etxt.exe",
        "a\x00b",
        "\ud800",
    ],
)
def test_only_what_is_allowed_comes_out(text):
    html = to_html(text)
    tags = set(re.findall(r"</?([a-z0-9]+)", html))
    assert tags <= {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "small"}
    for tag in re.findall(r"<[a-z][^>]*>", html):
        assert not re.search(r"\s(on\w+|style|class|id|src)=", tag), tag
    for href in re.findall(r'<a href="([^"]*)"', html):
        assert re.match(r"https?://[^/@]+|mailto:", href), href
    assert "\u202e" not in html
    html.encode()
    to_plain(text).encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[https://nyc.gov](https://evil.example/x)", "(evil.example)"),
        ("[here](https://example.org/a)", "(example.org)"),
        ("[](https://example.org/a)", ">example.org<"),
        ("[\u200b](https://example.org/a)", "example.org<"),
        ("[us](mailto:a@example.org)", "(a@example.org)"),
        ("https://аррӏе.com", "(xn--80ak6aa92e.com)"),
    ],
)
def test_a_link_shows_where_it_leads(text, shown):
    assert shown in to_html(text)


def test_an_address_by_itself_is_a_link_and_says_nothing_twice():
    html = to_html("See https://example.org/a_b_c (or https://example.org/d).")
    assert html.count("<a ") == 2
    assert "small" not in html
    assert ">https://example.org/a_b_c</a> (or " in html
    assert to_plain("See https://example.org/a_b.") == "See https://example.org/a_b."


def test_a_heading_is_a_bold_line():
    assert to_html("# Big\n\nSmall") == '<p dir="auto"><strong>Big</strong></p>\n<p dir="auto">Small</p>'


def test_each_block_turns_to_its_own_side():
    html = to_html("مرحبا\n\nHello")
    assert html.count('dir="auto"') == 2


@pytest.mark.parametrize(
    "text", [">" * 60 + " deep words", "- " * 60 + "deep words", "1. " * 60 + "deep words"]
)
def test_nothing_is_lost_however_deep(text):
    assert "deep words" in to_html(text)
    assert "deep words" in to_plain(text)


BOMBS = [
    "[",
    "*",
    "**a ",
    "_a*",
    "![",
    "<",
    "<https://",
    ">",
    "- ",
    "- a\n",
    "\\",
    "[a](https://x.org)",
    "https://x.org ",
    "> ",
    "# ",
    "\n",
    "[](",
    "`",
    "\u200b",
    "\u0301",
    "😀",
]


@pytest.mark.parametrize("piece", BOMBS)
def test_no_text_takes_long(piece):
    """A parser that goes back again and again would not come to an end here."""
    text = (piece * MOST)[:MOST]
    assert to_html(text).count("<") < MOST * 4
    assert len(to_plain(text)) < 10 * MOST


def test_a_million_characters_are_shown_and_not_read():
    text = "**a** <b> " * 100_000
    assert "**a** &lt;b&gt;" in to_html(text)
    assert to_plain(text).startswith("**a** <b>")


def test_a_form_takes_no_more_than_five_thousand(commander, pct_109):
    idea = an_idea(pct_109)
    response = decide(commander, idea, "hear", answer="x" * 1_000_000)
    assert response.status_code == 422
    assert decide(commander, idea, "hear", answer="x" * MOST).status_code == 302


# Without a page


def test_plain_words():
    assert to_plain(RICH) == (
        "We looked at it twice:\n\n1. a car on Friday\n2. a talk with the owner (https://example.org/plan)\n\n"
        "It is too loud.\n\nWrite to community@example.org."
    )


# Live


def test_a_preview_while_one_types(commander):
    response = commander.post("/pct-109/desk/preview/", {"answer": "**Soon** <b>"})
    assert "<strong>Soon</strong> &lt;b&gt;" in response.content.decode()
    assert "Nothing is written" in commander.post("/pct-109/desk/preview/").content.decode()
    assert commander.post("/pct-109/desk/preview/", {"answer": "a\x00" * 500_000}).status_code == 200


def test_the_status_cannot_act_has_its_ring_and_its_word(client, pct_109):
    idea = an_idea(pct_109)
    set_status(idea, "cannot", answer="The street is the state's: **call them**.")
    for address in (f"/pct-109/ideas/{idea.pk}/", f"/pct-109/ideas/?status={quote('cannot')}"):
        seen = client.get(address).content.decode()
        assert "ring--cannot" in seen
        assert "Cannot act" in seen
    assert client.get("/pct-109/ideas/?status=acted").content.decode().count('id="idea-') == 0
    assert client.get("/pct-109/ideas/?status=heard").content.decode().count('id="idea-') == 1
    shown = client.get("/api/v1/commands/pct-109/ideas/?status=cannot").json()["results"]
    assert [one["status"] for one in shown] == ["cannot"]
