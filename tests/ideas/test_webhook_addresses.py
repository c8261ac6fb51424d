"""A webhook cannot make this server ask its own network."""

import socket

import pytest

from engage import reaching as asking
from ideas import reaching

PUBLIC = "93.184.216.34"


@pytest.fixture
def names(monkeypatch):
    """names["a.example"] = ["10.0.0.1"]: what the world's names mean; other names mean nothing."""
    table = {}

    def look_up(host, port, type=0):
        if host not in table and not host.replace(".", "").isdigit() and ":" not in host:
            raise socket.gaierror("unknown")
        return [(0, 0, 0, "", (address, port)) for address in table.get(host, [host])]

    monkeypatch.setattr(asking.socket, "getaddrinfo", look_up)
    return table


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_no_name_leads_inside(names, address):
    names["sly.example"] = [address]
    with pytest.raises(reaching.CannotReach, match="private network"):
        reaching.place_of("https://sly.example/hook")


def test_one_inner_address_among_public_ones_is_enough(names):
    names["sly.example"] = [PUBLIC, "10.0.0.1"]
    with pytest.raises(reaching.CannotReach, match="private network"):
        reaching.place_of("https://sly.example/hook")


@pytest.mark.parametrize(
    "url",
    [
        "http://open.example/hook",
        "ftp://open.example/hook",
        "file:///etc/passwd",
        "https://",
        "https://[::1",
        "https://open.example:99999/",
        "https://open.example:0x50/",
        "https://somebody:secret@open.example/",
        "https://open.example/#part",
        "https://open.example/a b",
        "https://open.example/\x00",
        "https://öpen.example/",
        "https://nobody.example/",
        "https://10.0.0.1/",
        "https://localhost:5432/",
        "\ud800",
        "x" * 100_000,
    ],
)
def test_what_is_no_address_of_the_internet(names, url):
    names["open.example"] = [PUBLIC]
    names["localhost"] = ["127.0.0.1"]
    with pytest.raises(reaching.CannotReach) as error:
        reaching.place_of(url)
    assert len(str(error.value)) < 200


def test_a_name_is_looked_up_once_and_asked_where_it_led(names, monkeypatch):
    """A name that means something else at the second look: it is not asked twice."""
    names["open.example"] = [PUBLIC]
    asked = []

    def connect(address, timeout):
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(asking.socket, "create_connection", connect)
    place = reaching.place_of
    looked = []

    def once(url):
        looked.append(url)
        found = place(url)
        names["open.example"] = ["127.0.0.1"]
        return found

    monkeypatch.setattr(reaching, "place_of", once)
    with pytest.raises(reaching.CannotReach, match="Nobody listens"):
        reaching.post("https://open.example/hook", b"{}", {})
    assert asked == [(PUBLIC, 443)]
    assert len(looked) == 1


def test_where_it_is_tried_out_this_machine_can_be_called_by_http_and_others_cannot(names, settings):
    settings.WEBHOOKS_TO_LOOPBACK = True
    names["open.example"] = [PUBLIC]
    assert reaching.place_of("http://127.0.0.1:9000/").addresses == ["127.0.0.1"]
    with pytest.raises(reaching.CannotReach, match="https"):
        reaching.place_of("http://open.example/")
    with pytest.raises(reaching.CannotReach, match="private network"):
        reaching.place_of("https://10.0.0.1/")
