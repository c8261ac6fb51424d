"""One account on the sandbox's X, as a network module is handed it: no rows, no tenancy."""

from io import BytesIO

import pytest
from PIL import Image

from socialfeeds.models import Account
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Outgoing, Picture

X = network_named("x")
HANDLE = "demo_pct109"


def an_x_account(sandbox, handle=HANDLE, credentials=None, **fields):
    """Known on both sides."""
    made = sandbox.account(handle, **fields)
    account = Account(network="x", handle=handle, external_id=made["id"], command_id=1)
    account.credentials = credentials or {"access_token": f"sandbox-{handle}"}
    return account


def a_picture(alt="A lamp that is lit.", color="red", size=(80, 60), kind="JPEG"):
    data = BytesIO()
    Image.new("RGB", size, color).save(data, kind)
    return Picture(data.getvalue(), f"image/{kind.lower()}", alt, *size)


def say(account, text="Hello.", **fields):
    return X.post(account, Outgoing(text, "key", **fields))


def error_of(work, *args, **fields):
    """What a call raises."""
    with pytest.raises(Exception) as caught:
        work(*args, **fields)
    return caught.value
