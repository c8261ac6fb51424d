"""The demonstration's outbox: every e-mail that would have been sent can be read there, and only there."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

pytestmark = pytest.mark.django_db
PAGE = "/outbox/"


@pytest.fixture
def outbox(settings, tmp_path):
    settings.ENGAGE_DEMO, settings.EMAIL_FILE_PATH = True, tmp_path
    settings.EMAIL_BACKEND = "engage.mail.OutboxBackend"


def send(subject="Your code is 123", text="Hello.\nhttps://example.org/way", html=None):
    from django.core.mail import get_connection

    message = EmailMultiAlternatives(subject, text, to=["somebody@example.org"])
    if html:
        message.attach_alternative(html, "text/html")
    get_connection().send_messages([message])


def names():
    from engage import mail

    return mail.names()


def test_it_lists_what_would_have_been_sent_newest_first_and_says_so(outbox):
    send("The first")
    send("Das zweite 😀 رسالة")
    page = Client().get(PAGE).content.decode()
    assert page.index("Das zweite 😀 رسالة") < page.index("The first")
    assert "To somebody@example.org" in page
    assert "Nothing has left this machine" in page


def test_the_banner_of_the_demonstration_leads_there(outbox):
    assert f'href="{PAGE}"' in Client().get("/").content.decode()


def test_a_sign_in_code_can_be_read_there(outbox, make_user):
    make_user("resident@example.org")
    client = Client()
    client.post("/accounts/login/code/", {"email": "resident@example.org"})
    [name] = names()
    assert "resident@example.org" in client.get(f"{PAGE}{name}/").content.decode()


def test_a_message_is_shown_as_text_with_its_links(outbox):
    send()
    page = Client().get(f"{PAGE}{names()[0]}/").content.decode()
    assert "Hello.<br>" in page
    assert 'href="https://example.org/way"' in page
    assert "See it as HTML" not in page


def test_its_html_can_run_load_and_send_nothing(outbox):
    send(html="<p>Hi</p><script>alert(1)</script><img src='https://example.org/x.png'>")
    [name] = names()
    assert "See it as HTML" in Client().get(f"{PAGE}{name}/").content.decode()
    answer = Client().get(f"{PAGE}{name}/html/")
    assert b"<p>Hi</p>" in answer.content
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "name", ["nothing", "..", "%2e%2e", "20261120T080000000000-00000000", "x" * 300, "20261120T08-0000000/"]
)
def test_what_is_not_there_is_404(outbox, name):
    for path in (f"{PAGE}{name}/", f"{PAGE}{name}/html/"):
        assert Client().get(path).status_code in (301, 302, 404)


def test_a_text_alone_has_no_html_page(outbox):
    send()
    assert Client().get(f"{PAGE}{names()[0]}/html/").status_code == 404


def test_an_empty_outbox_says_how_to_fill_it(outbox):
    assert "Nothing yet" in Client().get(PAGE).content.decode()


def test_a_long_outbox_is_read_page_by_page(outbox):
    for number in range(53):
        send(f"Number {number}.")
    first = Client().get(PAGE).content.decode()
    assert first.count("To somebody@example.org") == 50
    second = Client().get(PAGE, {"before": names()[49]}).content.decode()
    assert "Number 2." in second
    assert "Number 3." not in second


def test_outside_of_the_demonstration_there_is_no_such_page(outbox, settings):
    send(html="<p>x</p>")
    settings.ENGAGE_DEMO = False
    [name] = names()
    for path in (PAGE, f"{PAGE}{name}/", f"{PAGE}{name}/html/"):
        assert Client().get(path).status_code == 404
    assert PAGE not in Client().get("/").content.decode()


def test_a_broken_file_breaks_no_page(outbox, tmp_path):
    (tmp_path / "20261120T080000000000-0123abcd.eml").write_bytes(b"\xff\xfe\x00 no message at all")
    assert Client().get(PAGE).status_code == 200
    assert Client().get(f"{PAGE}20261120T080000000000-0123abcd/").status_code == 200
