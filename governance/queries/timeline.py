"""What happened, who did it, when: ledger lines as people read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.models import Entry
from ledger.queries import personal_texts
from people.models import User
from portfolio import formats
from portfolio.models import Token, UseCase

# event → icon, what was done (after the name of whoever did it; {day} is the payload's figure of that name)
EVENTS: dict[str, tuple[str, str]] = {
    "use_case.registered": ("plus", "registered it"),
    "use_case.imported": ("import", "imported it"),
    "use_case.responsibilities_changed": ("people", "changed seats or dates"),
    "use_case.deleted": ("delete", "deleted it"),
    "use_case.selected": ("run", "selected it for a pilot"),
    "use_case.declined": ("ban", "declined it"),
    "use_case.taken_to_production": ("check", "decided go"),
    "use_case.held_back": ("x", "decided no-go"),
    "use_case.paused": ("pause", "paused it"),
    "use_case.resumed": ("run", "resumed it"),
    "use_case.rolled_back": ("undo", "rolled it back to pilot"),
    "use_case.stopped": ("stop", "stopped it"),
    "use_case.retired": ("archive", "retired it"),
    "use_case.reopened": ("undo", "reopened it"),
    "use_case.returned": ("undo", "returned it to proposed"),
    "cap_exception.granted": ("flag", "let it exceed the cap"),
    "date.agreed": ("calendar", "agreed a go/no-go date"),
    "review.set": ("calendar", "set another review"),
    "lane.chosen": ("bolt", "chose a lane"),
    "lane.changed": ("bolt", "changed what a lane asks"),
    "answer.accepted": ("check", "accepted an answer"),
    "answer.withdrawn": ("undo", "took an answer back"),
    "answer.expired": ("clock", "let an answer expire"),
    "item.added": ("plus", "added an item"),
    "item.changed": ("edit", "changed an item"),
    "items.changed": ("edit", "changed items"),
    "items.proposals_accepted": ("check", "gave items an owner and a date"),
    "item.closed": ("check", "closed an item"),
    "item.reopened": ("undo", "reopened an item"),
    "waiver.asked": ("chat", "asked for a waiver"),
    "waiver.approved": ("check", "approved a waiver"),
    "waiver.ended": ("undo", "ended a waiver"),
    "waiver.expired": ("clock", "let a waiver expire"),
    "source.rated": ("database", "rated a data source"),
    "source.owner_changed": ("people", "changed who keeps a data source"),
    "calendar_feed.made": ("calendar", "made a calendar address"),
    "calendar_feed.revoked": ("calendar", "ended a calendar address"),
    "request.opened": ("chat", "asked for a decision"),
    "request.withdrawn": ("undo", "withdrew a request"),
    "request.lapsed": ("history", "saw a request lapse"),
    "right.changed": ("decision", "changed a decision right"),
    "right.delegated": ("people", "lent a decision right"),
    "right.delegation_ended": ("people", "ended a delegation"),
    "adoption.planned": ("people", "started the adoption plan"),
    "oversight.set": ("eye", "said who watches the AI"),
    "member.added": ("people", "added a member"),
    "member.removed": ("people", "removed a member"),
    "member.role_changed": ("people", "changed a role"),
    "policy.changed": ("policy", "changed the limits"),
    "portfolio.created": ("portfolio", "opened the portfolio"),
    "portfolio.archived": ("archive", "put the portfolio away"),
    "token.created": ("key-round", "made a token"),
    "token.revoked": ("key-round", "revoked a token"),
    "hypothesis.signed": ("check", "signed the hypothesis"),
    "hypothesis.signatures_void": ("edit", "changed what was signed, so it is to be signed again"),
    "check_in.recorded": ("check", "recorded the check-in at day {day}"),
    "value.realised": ("check", "recorded what the {kind} really came to"),
    "feedback.plan_agreed": ("feedback", "agreed the feedback plan"),
    "feedback.signal_defined": ("feedback", "defined a signal"),
    "feedback.signal_changed": ("edit", "changed a signal"),
    "feedback.signal_retired": ("archive", "retired a signal"),
    "feedback.alarm": ("alert", "saw an alarm ring"),
    "feedback.alarm_acknowledged": ("eye", "took note of an alarm"),
    "feedback.exception_assigned": ("people", "gave an exception to somebody"),
    "feedback.exception_closed": ("check", "closed an exception"),
    "feedback.learning_opened": ("plus", "opened a lesson"),
    "feedback.learning_taught": ("check", "taught a lesson"),
    "feedback.link_made": ("key-round", "made a frontline link"),
    "feedback.link_revoked": ("key-round", "ended a frontline link"),
    "feedback.imported": ("import", "imported events"),
    "feedback.digest": ("feedback", "wrote down the day's feedback"),
    "condition.met": ("check", "said that a condition is met"),
    "request.reminded": ("chat", "reminded of a request"),
    "import.done": ("import", "imported a file"),
    "import.undone": ("undo", "undid an import"),
    "use_case.declared": ("plus", "declared what was already there"),
    "person.erased": ("delete", "erased a person"),
    "person.deactivated": ("people", "shut out somebody who left"),
    "person.reactivated": ("people", "let somebody in again"),
    "personal_data.erased": ("delete", "erased personal texts"),
    "texts.redacted": ("delete", "redacted texts"),
}


@dataclass(frozen=True)
class Line:
    """One ledger line. `detail` is made of codes and days, `text` is what a person wrote (None: erased)."""

    seq: int
    icon: str
    who: str
    what: str
    detail: str
    text: str
    at: datetime
    short_hash: str
    key: str = ""
    title: str = ""


def lines(entries: Iterable[Entry], *, with_subjects: bool = False) -> list[Line]:
    """The entries with names and texts: three queries for any number, four with the use cases they are about."""
    rows = list(entries)
    names = _names(rows)
    texts = personal_texts([row.entry_id for row in rows])
    subjects = _subjects(rows) if with_subjects else {}
    found = []
    for row in rows:
        icon, words = EVENTS.get(row.event_type, ("dash", row.event_type.replace(".", " ").replace("_", " ")))
        what = words.format_map(row.payload) if "{" in words else words
        said = texts.get(row.entry_id, {})
        key, title = subjects.get(row.subject_id, ("", ""))
        found.append(
            Line(row.seq, icon, _who(row, names), what, _detail(row, names), _text(said, row), row.recorded_at,
                 bytes(row.entry_hash).hex()[:12], key, title)
        )  # fmt: skip
    return found


def about(use_case: UseCase, most: int = 15) -> list[Line]:
    """The newest lines about one use case."""
    rows = Entry.objects.about("use_case", [use_case.id]).filter(chain_id=use_case.portfolio_id)
    return lines(rows.order_by("-seq")[:most])


def _who(row: Entry, names: Mapping[UUID, str]) -> str:
    if row.actor_kind == Entry.ActorKind.SYSTEM:
        return "Pilotage"
    return names.get(row.actor_id, "somebody no longer here") if row.actor_id else "somebody"


def _names(rows: list[Entry]) -> dict[UUID, str]:
    people = {row.actor_id for row in rows if row.actor_kind == "person" and row.actor_id}
    people |= {UUID(value) for row in rows for value in _people_in(row.payload)}
    tokens = {row.actor_id for row in rows if row.actor_kind == "token" and row.actor_id}
    found = {
        key: name or email for key, name, email in User.objects.filter(id__in=people).values_list("id", "name", "email")
    }
    if tokens:
        found |= {key: f"token “{name}”" for key, name in Token.objects.filter(id__in=tokens).values_list("id", "name")}
    return found


def _people_in(payload: dict[str, Any]) -> list[str]:
    seats = payload.get("seats") or {}
    return [value for value in (payload.get("user"), *seats.values()) if isinstance(value, str) and len(value) == 36]


def _detail(row: Entry, names: Mapping[UUID, str]) -> str:
    """The few figures of a payload that tell the story."""
    data = row.payload
    if row.event_type in ("date.agreed", "review.set"):
        now = _day(data.get("agreed_on") or data.get("review_on"))
        return f"{_day(data['was_on'])} → {now}" if data.get("was_on") else now
    if row.event_type == "check_in.recorded":
        return str(data.get("outcome", "")).replace("_", " ")
    if row.event_type == "cap_exception.granted":
        return f"until {_day(data.get('until_on'))}"
    if row.event_type == "item.changed" and "was_due_on" in data:
        return f"due {data['was_due_on'] or 'never'} → {data.get('due_on') or 'no date'}"
    if row.event_type.startswith("answer."):
        return str(data.get("part", ""))
    if row.event_type == "lane.chosen":
        return f"{data['was']} → {data['lane']}" if data.get("was") else str(data.get("lane", ""))
    if row.event_type == "member.role_changed":
        return f"{_name(names, data.get('user'))}: {data.get('was')} → {data.get('role')}"
    if row.event_type.startswith("member."):
        return f"{_name(names, data.get('user'))}, {data.get('role')}"
    if row.event_type == "use_case.responsibilities_changed":
        seats = [
            f"{seat.replace('_', ' ')}: {_name(names, value)}" for seat, value in (data.get("seats") or {}).items()
        ]
        dates = [
            f"{name.removesuffix('_on').replace('_', ' ')}: {_day(value)}"
            for name, value in (data.get("dates") or {}).items()
        ]
        return ", ".join(seats + dates)
    if row.event_type == "policy.changed":
        was, now = data.get("was", {}), data.get("is", {})
        return ", ".join(
            f"{name.replace('_', ' ')} {was.get(name)} → {now[name]}" for name in now if was.get(name) != now[name]
        )
    if row.event_type.startswith("request."):
        return str(data.get("kind", ""))
    return "against the advice" if data.get("against_advice") else ""


def _name(names: Mapping[UUID, str], value: Any) -> str:
    return names.get(UUID(value), "somebody") if isinstance(value, str) and len(value) == 36 else "nobody"


def _day(value: Any) -> str:
    """A day of a payload, with its year: a record is read years later."""
    return formats.day(date.fromisoformat(value), date.min) if isinstance(value, str) else "none"


def _text(said: dict[str, str], row: Entry) -> str:
    for field in ("reason", "cause", "title", "name"):
        if said.get(field):
            return said[field]
    return "(text erased)" if row.personal_commitment and not said else ""


def _subjects(rows: list[Entry]) -> dict[UUID, tuple[str, str]]:
    ids = {row.subject_id for row in rows if row.subject_type == "use_case"}
    return {
        key: (name, title) for key, name, title in UseCase.objects.filter(id__in=ids).values_list("id", "key", "title")
    }
