"""Who can sign in, how do they like their pages, and which one-time links are out?"""

import hashlib
import uuid
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


@cache
def _time_zones() -> frozenset[str]:
    """Every IANA name this machine knows; asked once, for it walks the file system."""
    return frozenset(available_timezones())


def validate_time_zone(value: str) -> None:
    """Refuse what is no IANA time zone name."""
    if value not in _time_zones():
        raise ValidationError("“%(value)s” is not an IANA time zone.", code="time_zone", params={"value": value})


class UserManager(BaseUserManager["User"]):
    """People are found and kept by their mail address in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Keep a new person; without a password nobody can sign in as them until a link sets one."""
        user = self.model(email=normal_email(email), **fields)
        user.set_password(password)
        user.full_clean()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=normal_email(email or ""))


def normal_email(email: str) -> str:
    """One spelling of an address: no outer space, lower case."""
    return email.strip().lower()


class User(AbstractBaseUser):
    """One person. What they may do with a portfolio is their membership's business, not this row's.

    Django's groups and permissions are left out: `access.yaml` is the only table of rights.
    """

    class Theme(models.TextChoices):
        SYSTEM = "", "As the device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.SYSTEM, blank=True)
    shortcuts = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    is_instance_admin = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="people_user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = normal_email(self.email)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def is_staff(self) -> bool:
        """Django's admin asks under this name."""
        return self.is_instance_admin

    @property
    def is_superuser(self) -> bool:
        """Django's admin and third-party code ask under this name."""
        return self.is_instance_admin

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's admin only: an instance administrator may use what is registered there."""
        return self.is_active and self.is_instance_admin

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return self.has_perm("", obj)

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm("")


class SignInLinkQuerySet(models.QuerySet["SignInLink"]):
    def with_token(self, token: str) -> "SignInLinkQuerySet":
        return self.filter(token_hash=hash_token(token))

    def open(self, now: datetime) -> "SignInLinkQuerySet":
        """Links that still let someone in at `now`."""
        return self.filter(used_at=None, expires_at__gt=now)


def hash_token(token: str) -> bytes:
    """What is kept of a token: 256 random bits need no slow hash (reliability D6)."""
    return hashlib.sha256(token.encode()).digest()


class SignInLink(models.Model):
    """A link that signs one person in, once. The token itself is never stored."""

    class Purpose(models.TextChoices):
        FIRST_SIGN_IN = "first_sign_in", "First sign-in"
        INVITATION = "invitation", "Invitation"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    purpose = models.CharField(max_length=20, choices=Purpose)
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.UUIDField(null=True, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = SignInLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")), name="people_link_expires_after_made"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} link {self.id}"
