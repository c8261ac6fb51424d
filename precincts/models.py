"""Who and where: commands, the people of a command, residents, and what finds a command for a place.

None of these tables is a tenant's: every command may read them. They hold no word that a resident wrote.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from precincts.history import tracked


class Kind(models.TextChoices):
    PRECINCT = "precinct", _("Precinct")
    HOUSING = "housing", _("Housing police service area")
    TRANSIT = "transit", _("Transit district")
    BOROUGH = "borough", _("Patrol borough")
    SPECIALTY = "specialty", _("Specialty command")


class Who(models.TextChoices):
    """Who may take part on a board."""

    ANYBODY = "anybody", _("Anybody")
    VERIFIED = "verified", _("People with a verified e-mail address")
    HOME_ZIP = "home_zip", _("People whose home ZIP code this command serves")


# Its settings; what the roster says of it comes from a file.
@tracked("who_may_submit", "who_may_vote", "who_may_comment")
class Command(models.Model):
    """One command of the department, and the tenant of everything on its board and its desk."""

    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    borough = models.CharField(max_length=20)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    neighborhoods = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=120, blank=True)
    zip = models.CharField(max_length=5, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    point_confirmed = models.BooleanField(default=False)
    zips_served = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    population = models.PositiveIntegerField(null=True)
    x_handle = models.CharField(max_length=15, blank=True, help_text="Empty unless it was seen.")
    url = models.URLField(blank=True)
    time_zone = models.CharField(max_length=40, default="America/New_York")

    who_may_submit = models.CharField(
        _("who may raise an issue"), max_length=8, choices=Who, default=Who.ANYBODY
    )
    who_may_vote = models.CharField(_("who may vote"), max_length=8, choices=Who, default=Who.ANYBODY)
    who_may_comment = models.CharField(_("who may comment"), max_length=8, choices=Who, default=Who.ANYBODY)

    class Meta:
        ordering = ["kind", "number", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("command", args=[self.slug])


class Outline(models.Model):
    """Where a precinct ends. `exact` is the city's own line; else it is built from census tracts."""

    command = models.OneToOneField(Command, on_delete=models.CASCADE, primary_key=True)
    geometry = models.JSONField(help_text="GeoJSON Polygon or MultiPolygon, degrees, longitude first")
    exact = models.BooleanField()
    source = models.CharField(max_length=200)


class ZipShare(models.Model):
    """Which part of a ZIP code's area lies in which precinct."""

    zip = models.CharField(max_length=5)
    command = models.ForeignKey(Command, on_delete=models.CASCADE)
    share = models.FloatField(help_text="of the ZIP code's area, 0 to 1")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["zip", "command"], name="zip_share_once")]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in: an e-mail address, and no more. Residents need not be one."""

    email = models.EmailField(_("e-mail address"), unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    # A part of what every session of theirs is checked against, at each request.
    sessions_key = models.UUIDField(db_default=RandomUUID(), editable=False)

    USERNAME_FIELD = "email"
    objects = UserManager()

    def __str__(self) -> str:
        return self.email

    def get_session_auth_hash(self) -> str:
        return self._sessions_hash()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._sessions_hash(secret)

    def end_sessions(self) -> None:
        """Sign them out everywhere, at once: no session that there is fits the new key."""
        self.sessions_key = uuid4()
        self.save(update_fields=["sessions_key"])

    def _sessions_hash(self, secret: str | None = None) -> str:
        value = f"{self.password}:{self.sessions_key.hex}"
        return salted_hmac("engage.sessions", value, secret=secret, algorithm="sha256").hexdigest()


class Role(models.TextChoices):
    COMMANDER = "commander", _("Commander")
    MODERATOR = "moderator", _("Moderator")
    EDITOR = "editor", _("Editor")
    REVIEWER = "reviewer", _("Reviewer")
    ADMINISTRATOR = "administrator", _("Administrator")
    RECORDS_OFFICER = "records_officer", _("Records officer")


COMMAND_ROLES = [Role.COMMANDER, Role.MODERATOR, Role.EDITOR]
ROLE_FITS_PLACE = models.Q(command__isnull=False, role__in=COMMAND_ROLES) | (
    models.Q(command__isnull=True) & ~models.Q(role__in=COMMAND_ROLES)
)


def place_name(command: Command | None) -> str:
    return command.name if command else pgettext("place", "Headquarters")


@tracked("user", "command", "role", "granted_by", made=True)
class Membership(models.Model):
    """What somebody may do, and where. Without a command: at headquarters."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    command = models.ForeignKey(
        Command, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Nobody: by grant_role, on the server itself.
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "command", "role"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=ROLE_FITS_PLACE, name="membership_role_fits_place"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {place_name(self.command)}"


class Standing(models.TextChoices):
    """How an invitation stands. Not a column: time alone ends one."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    REVOKED = "revoked", _("Revoked")
    EXPIRED = "expired", _("Expired")


INVITATION_LASTS = timedelta(days=14)


def in_two_weeks() -> datetime:
    return timezone.now() + INVITATION_LASTS


@tracked(
    *("email", "command", "role", "invited_by", "sent_at", "expires_at"),
    *("accepted_at", "accepted_by", "revoked_at"),
    made=True,
)
class Invitation(models.Model):
    """A role that waits for whoever reads mail at an address. Only the hash of its key is kept."""

    email = models.EmailField(_("e-mail address"), help_text="in small letters")
    command = models.ForeignKey(
        Command, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    role = models.CharField(max_length=16, choices=Role)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=in_two_weeks)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email", "command", "role"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=ROLE_FITS_PLACE, name="invitation_role_fits_place"),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None), name="invitation_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {place_name(self.command)}"

    @property
    def standing(self) -> Standing:
        if self.accepted_at:
            return Standing.ACCEPTED
        if self.revoked_at:
            return Standing.REVOKED
        return Standing.EXPIRED if self.expires_at <= timezone.now() else Standing.OPEN


class Participant(models.Model):
    """Somebody who takes part: a signed cookie, and nothing that says who it is.

    Once they sign in it belongs to their user, so that another device finds the same votes.
    """

    # What the cookie carries. Unlike a row's number it is never given to another, not even after a restore
    # from a backup that is older than the cookie.
    key = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    user = models.OneToOneField(User, on_delete=models.SET_NULL, null=True, related_name="participant")
    home_zip = models.CharField(max_length=5, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Where another participant's votes and ideas went at sign-in; its old cookie leads there.
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")


class PersonalToken(models.Model):
    """A key for the API. Only its hash is kept; it is shown once.

    It does what its owner may do as far as its scopes reach; without any, what a resident may.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="personal_tokens")
    name = models.CharField(_("what it is for"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    # Values of access.Permission.
    scopes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @classmethod
    def issue(
        cls, user: User, name: str, scopes: Iterable[str] = (), expires_at: datetime | None = None
    ) -> tuple[PersonalToken, str]:
        """A new token and its key, which is not kept."""
        key = "engage_" + secrets.token_urlsafe(32)
        made = cls.objects.create(
            user=user, name=name, digest=cls.digest_of(key), scopes=sorted(scopes), expires_at=expires_at
        )
        return made, key

    @staticmethod
    def digest_of(key: str) -> str:
        # The key is 256 random bits, so a plain hash cannot be guessed back.
        return hashlib.sha256(key.encode()).hexdigest()
