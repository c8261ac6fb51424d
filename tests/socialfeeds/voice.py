"""Who may speak, and where: a certificate without the course, an account without the network."""

from datetime import timedelta

from django.utils import timezone

from socialfeeds.models import Account, Certificate


def certify(user, days=365):
    """A certificate that is valid for so many days. Called outside of any tenancy."""
    return Certificate.objects.create(user=user, expires_at=timezone.now() + timedelta(days=days))


def an_account(handle="demo_pct109", *, token="a-token", **fields):
    """An account of the entered command, connected without asking the network."""
    account = Account(**{"network": "x", "handle": handle, "external_id": handle, **fields})
    account.credentials = {"access_token": token}
    account.save()
    return account
