"""Read the ledger on, tell what is due, put mails together, send them; and what people wish.

Nothing is lost and nothing is told twice: a line is read in the transaction that moves the cursor, a notice has a key,
a mail is claimed before it is sent and keeps its Message-ID. Only when a server took a mail and the answer was lost
does it go out again, recognisably the same.
"""

import logging
import smtplib
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from ledger.models import Entry
from notices import recipients, rules
from notices.models import Cursor, Message, Notice, Wish
from notices.recipients import Told
from people.models import User
from portfolio.models import Membership, Portfolio
from portfolio.rules import Actor

log = logging.getLogger(__name__)

_LINES = 500  # of the ledger in one transaction
_OLD = timedelta(days=1)  # what was written before is history: nobody is mailed about last year


def read_on(now: datetime | None = None) -> int:
    """Turn the lines that nobody read yet into notices; how many were made."""
    made, now = 0, now or timezone.now()
    for portfolio in Portfolio.objects.listed():
        while (read := _read(portfolio, now)) is not None:
            made += read
    return made


@transaction.atomic
def _read(portfolio: Portfolio, now: datetime) -> int | None:
    """One transaction: the notices of the next lines, and the cursor behind them. None: nothing left, or not ours."""
    Cursor.objects.bulk_create([Cursor(chain_id=portfolio.id)], ignore_conflicts=True)
    cursor = Cursor.objects.select_for_update(skip_locked=True).filter(chain_id=portfolio.id).first()
    if cursor is None:
        return None
    lines = list(Entry.objects.filter(chain_id=portfolio.id, seq__gt=cursor.seq).order_by("seq")[:_LINES])
    if not lines:
        return None
    told = [recipients.of_line(line, portfolio) for line in lines if line.recorded_at > now - _OLD]
    made = _tell(portfolio, [one for one in told if one is not None], now)
    cursor.seq = lines[-1].seq
    cursor.save(update_fields=["seq"])
    return made


def tell_the_day(now: datetime | None = None) -> int:
    """What is due today in each portfolio, by its own calendar; told once however often this runs."""
    now = now or timezone.now()
    return sum(
        _tell(portfolio, list(recipients.of_day(portfolio, portfolio.today())), now)
        for portfolio in Portfolio.objects.listed()
    )


@transaction.atomic
def _tell(portfolio: Portfolio, told: Iterable[Told], now: datetime) -> int:
    told = list(told)
    keys = {one.key for one in told}
    known = set(Notice.objects.filter(portfolio=portfolio, key__in=keys).values_list("user_id", "key"))
    wanted = {user for one in told for user in one.users}
    members = set(
        Membership.objects.filter(portfolio=portfolio, user_id__in=wanted, user__is_active=True)
        .values_list("user_id", flat=True)
    )  # fmt: skip
    wishes = wishes_of(members)
    fresh = [
        Notice(
            user_id=user, portfolio=portfolio, use_case_id=one.use_case_id, key=one.key, kind=one.kind, text=one.text,
            url=one.url, made_at=now, mail_after=rules.mail_after(wishes[user], one.kind, now),
        )
        for one in told
        for user in sorted(one.users & members)
        if (user, one.key) not in known
    ]  # fmt: skip
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def wishes_of(users: Iterable[UUID]) -> dict[UUID, rules.Wish]:
    """How each of these wants to be told, in their own time zone."""
    wanted = list(users)
    rows = {row.user_id: row for row in Wish.objects.filter(user_id__in=wanted)}
    found = {}
    for user_id, zone in User.objects.filter(id__in=wanted).values_list("id", "time_zone"):
        row = rows.get(user_id) or Wish()
        found[user_id] = rules.Wish(
            rules.Mail(row.mail), row.digest_at, row.quiet_from, row.quiet_until, zone, frozenset(row.muted)
        )
    return found


@transaction.atomic
def put_together(now: datetime | None = None) -> int:
    """One message a person of all that is to be mailed now; how many. A lost worker leaves everything as it was."""
    now = now or timezone.now()
    due = Notice.objects.filter(message=None, mail_after__lte=now).order_by("id")
    rows = list(due.select_for_update(skip_locked=True, of=("self",)))
    by_user: dict[UUID, list[Notice]] = defaultdict(list)
    for row in rows:
        by_user[row.user_id].append(row)
    for user_id, together in by_user.items():
        made = Message.objects.create(
            user_id=user_id, message_id=f"<{uuid.uuid4()}@{settings.MAIL_DOMAIN}>", next_try_at=now
        )
        Notice.objects.filter(id__in=[row.id for row in together]).update(message=made)
    return len(by_user)


def send_due(now: datetime | None = None) -> int:
    """Send what waits, one claim and one connection a message; how many were taken by the server."""
    if not settings.MAIL_CONFIGURED:
        return 0
    sent, now = 0, now or timezone.now()
    while (message := _claim(now)) is not None:
        sent += _send(message, now)
    return sent


@transaction.atomic
def _claim(now: datetime) -> Message | None:
    """The next message, marked as being sent and committed before a byte leaves; also one whose worker was lost."""
    open_ = Q(state=Message.WAITING, next_try_at__lte=now)
    lost = Q(state=Message.SENDING, claimed_at__lt=now - rules.ABANDONED)
    found = Message.objects.select_for_update(skip_locked=True).filter(open_ | lost).order_by("next_try_at").first()
    if found is not None:
        found.state, found.claimed_at, found.tries = Message.SENDING, now, found.tries + 1
        found.save(update_fields=["state", "claimed_at", "tries"])
    return found


def _send(message: Message, now: datetime) -> bool:
    """Outside any transaction: the network may hang as long as the time-out says."""
    mail = _mail(message)
    if mail is None:
        _settle(message, Message.DROPPED)
        return False
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as fault:
        _failed(message, fault, now)
        return False
    _settle(message, Message.SENT, sent_at=now)
    return True


def _mail(message: Message) -> EmailMessage | None:
    """The mail as its reader may see it now; None when nothing is left for them to see."""
    shown = list(message.notices.still_seen().select_related("portfolio", "use_case").order_by("-made_at"))
    user = User.objects.filter(id=message.user_id, is_active=True).first()
    if not shown or user is None:
        return None
    subject = shown[0].text if len(shown) == 1 else f"{len(shown)} notices from Pilotage"
    body = render_to_string("notices/mail.txt", {"notices": shown, "site": settings.SITE_URL.rstrip("/")})
    headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    return EmailMessage(" ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [user.email], headers=headers)


def _failed(message: Message, fault: Exception, now: datetime) -> None:
    """Try again later; a refused address, or too many tries, is given up: the notice stays in product."""
    wait = rules.retry_in(message.tries)
    final = isinstance(fault, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _ in fault.recipients.values()
    )
    log.info("mail_not_sent message=%s try=%s %s", message.id, message.tries, type(fault).__name__)
    if wait is None or final:
        _settle(message, Message.FAILED, error=type(fault).__name__)
    else:
        _settle(message, Message.WAITING, error=type(fault).__name__, next_try_at=now + wait)


def _settle(message: Message, state: str, **more: Any) -> None:
    """Only whoever claimed this try may say how it ended."""
    mine = Message.objects.filter(id=message.id, state=Message.SENDING, tries=message.tries)
    mine.update(state=state, **more)


@transaction.atomic
def wish(
    *, user_id: UUID, by: Actor, mail: rules.Mail, digest_at: time, quiet_from: time | None = None,
    quiet_until: time | None = None, muted: Iterable[str] = (),
) -> Wish:  # fmt: skip
    """How a person wants to be told from now on; what waits already goes out as it was planned."""
    values = {
        "mail": mail, "digest_at": digest_at, "quiet_from": quiet_from, "quiet_until": quiet_until,
        "muted": sorted(muted),
    }  # fmt: skip
    row, _ = Wish.objects.update_or_create(user_id=user_id, defaults=values)
    return row


def seen(*, user_id: UUID, by: Actor, upto: int) -> int:
    """The person has read these, up to the newest that their page showed."""
    return Notice.objects.filter(user_id=user_id, seen_at=None, id__lte=upto).update(seen_at=timezone.now())
