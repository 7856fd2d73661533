"""Tell the demo's readiness through the same actions as everybody: data, answers, items, in every state."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from feedback.actions import plan as monitoring
from people.models import User
from portfolio.access.identity import person
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Role
from readiness.actions import answers, data, evidence, items
from readiness.models import BlockingItem, DataSource
from readiness.queries import facts, sets
from readiness.rules.answers import waits_for

type People = Mapping[str, User]


def map_data(portfolio: Portfolio, told: dict[str, Any], users: People) -> dict[str, DataSource]:
    """The data map: sources with ratings, terms, shared defects."""
    by = person(users["helena"])
    sources = {}
    for nick, row in told["sources"].items():
        keepers = {seat: users[row[seat]] for seat in ("owner", "steward") if seat in row}
        plain = {k: v for k, v in row.items() if k not in ("owner", "steward", "ratings", "defect")}
        made = data.add_source(by=by, portfolio_id=portfolio.id, **plain, **keepers)
        if "ratings" in row:
            accessible, accurate, consistent, governed = row["ratings"]
            made = data.rate_source(
                by=by, source_id=made.id, accessible=accessible, accurate=accurate, consistent=consistent,
                governed=governed,
            )  # fmt: skip
        if "defect" in row:
            data.open_defect(by=by, source_id=made.id, text=row["defect"], owner=keepers.get("steward"))
        sources[nick] = made
    for row in told["terms"]:
        term = data.save_term(
            by=by, portfolio_id=portfolio.id, name=row["name"], definition=row["definition"], owner=users[row["owner"]]
        )
        for nick, meaning in row.get("uses", {}).items():
            data.use_term(by=by, term_id=term.id, source_id=sources[nick].id, meaning=meaning or "")
    return sources


def tell(row: dict[str, Any], use_case: UseCase, users: People, sources: Mapping[str, DataSource]) -> None:
    """The answers, needs, signals and items of one use case whose lane is chosen."""
    told = row.get("readiness")
    if told is None:
        return
    use_case = UseCase.objects.select_related("lane", "portfolio").get(id=use_case.id)
    writer = users[row["lead"]]
    by = person(writer)
    for need in told.get("needs", ()):
        source = sources[need["source"]]
        keeper = person(source.steward or source.owner or users["helena"])
        made = data.add_need(by=by, use_case_id=use_case.id, purpose=need["purpose"], source=source)
        if need.get("granted", True) and keeper.role_in(use_case.portfolio_id) in (Role.CONTRIBUTOR, Role.LEADER):
            data.edit_need(by=keeper, need_id=made.id, access="granted")
    for signal in told.get("signals", ()):
        monitoring.define_signal(
            by=by, use_case_id=use_case.id, code=signal["code"], name=signal["name"], upper=Decimal(signal["upper"]),
            owner_id=users[signal["owner"]].id, action=signal["action"],
        )  # fmt: skip
    _answer(told, use_case, writer, users)


def _answer(told: dict[str, Any], use_case: UseCase, writer: User, users: People) -> None:
    assert use_case.lane is not None
    by, waiting, back = person(writer), told.get("waiting", ()), told.get("sent_back", {})
    drafts, none, apart = told.get("drafts", {}), told.get("not_started", ()), told.get("does_not_apply", {})
    texts = told.get("texts", {})
    if told.get("answers", "good") == "none":
        return
    for part in sets.of_lane(use_case.lane).parts:
        key = {"use_case_id": use_case.id, "part": part.code}
        if part.code in none:
            continue
        if part.code in drafts:
            answers.save_draft(by=by, text=drafts[part.code], **key)
            continue
        if part.evidence:
            evidence.attach_link(
                by=by, url=f"https://norwell.example/files/{part.code}", name=f"Record {part.code}", **key
            )
        applies = part.code not in apart
        text = texts.get(part.code) or (part.good if applies else apart[part.code])
        answers.submit(by=by, text=text, applies=applies, **key)
        if part.code in waiting:
            continue
        accepter = person(_accepter(use_case, part.code, users))
        if part.code in back:
            answers.send_back(by=accepter, note=back[part.code], **key)
        else:
            answers.accept(by=accepter, **key)


def _accepter(use_case: UseCase, part: str, users: People) -> User:
    known = facts.of_use_case(use_case)
    asked = sets.of_lane(use_case.lane).part(part) if use_case.lane else None
    assert asked is not None
    waits = waits_for(asked, known.answers[part], known, use_case.portfolio.policy, use_case.portfolio.today())
    return next((user for user in users.values() if user.id == waits.person), users["helena"])


def plan(row: dict[str, Any], use_case: UseCase, users: People) -> None:
    """Who does what until when: run after the items were opened."""
    told = row.get("readiness") or {}
    by, today = person(users["helena"]), use_case.portfolio.today()
    for item in told.get("items", ()):
        due = today + timedelta(days=item["due"]) if "due" in item else None
        owner = users[item["owner"]] if "owner" in item else None
        new = items.NewItem(item["text"], owner, due, item.get("kind", "other"))
        items.add(by=by, use_case_id=use_case.id, item=new)
    if told.get("accept_proposals"):
        items.accept_proposals(by=by, use_case_id=use_case.id)
    for code, days in told.get("due", {}).items():
        found = BlockingItem.objects.open().filter(use_case=use_case, subject=code).first()
        if found is not None:
            items.edit(by=by, item_id=found.id, due_on=today + timedelta(days=days))
