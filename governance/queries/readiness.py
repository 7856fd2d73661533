"""What does the readiness page of a use case show?"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from governance.actions.assess import settle_if_dirty
from governance.facts import Picture, gather
from governance.models import AgreedDate, Assessment
from governance.queries.forecast import Outlook, outlook
from governance.queries.timeline import Line, about
from governance.rules.facts import Facts
from governance.rules.status import why_no_date
from people.models import User
from portfolio.models import Lane, UseCase
from portfolio.rules import Policy
from readiness.models import Answer, BlockingItem, Evidence, Waiver
from readiness.rules.answers import SETTLED, State, is_answered, shown, state_of, waits_for
from readiness.rules.facts import ReadinessFacts
from readiness.rules.sets import QUESTIONS, Part, QuestionSet


@dataclass
class PartView:
    """One part with its answer as people read it."""

    part: Part
    state: State
    answer: Answer | None
    pill: State  # its state as it is shown
    words: str  # the pill's
    who: str = ""  # accepted by, back with, waits for
    evidence: list[Evidence] = field(default_factory=list)
    clear: bool = False
    unwatched: bool = False  # rests on a monitoring plan without one complete signal


@dataclass
class QuestionView:
    number: int
    text: str
    parts: list[PartView]

    @property
    def clear(self) -> int:
        return sum(view.clear for view in self.parts if view.part.required)

    @property
    def required(self) -> int:
        return sum(view.part.required for view in self.parts)

    @property
    def state(self) -> str:
        """The least settled of its required parts: one that is not clear makes the question not clear."""
        wanted = [view for view in self.parts if view.part.required]
        if all(view.clear for view in wanted):
            return State.DOES_NOT_APPLY if all(view.state is State.DOES_NOT_APPLY for view in wanted) else State.CLEAR
        order = (State.NOT_CLEAR, State.WAITING, State.DRAFT, State.NOT_STARTED)
        states = [view.pill for view in wanted if not view.clear]
        if all(state is State.NOT_STARTED for state in states) and len(states) == len(wanted):
            return State.NOT_STARTED
        return next((state for state in order[:2] if state in states), State.DRAFT)

    @property
    def words(self) -> str:
        waiting = [view.words for view in self.parts if view.state is State.WAITING]
        return waiting[0] if self.state is State.WAITING and waiting else ""


@dataclass
class ReadinessPage:
    facts: Facts
    policy: Policy
    assessment: Assessment | None
    questions: list[QuestionView]
    items: list[BlockingItem]
    closed: int
    outlook: Outlook
    why_no_date: str
    slips: list[AgreedDate]
    lines: list[Line]
    proposals: int  # items that one click would give an owner or a date
    today: date
    newer: bool = False  # its lane has a newer version than the one it answers

    @property
    def moved(self) -> list[AgreedDate]:
        """The slips among the newest dates: what was agreed instead of an earlier date."""
        return [slip for slip in self.slips if slip.was_on]

    @property
    def next_part(self) -> PartView | None:
        """What came back first, then what was begun, then what was not."""
        wanted = [
            v for question in self.questions for v in question.parts if v.part.required and v.state not in SETTLED
        ]
        order = (State.NOT_CLEAR, State.DRAFT, State.NOT_STARTED)
        return next((view for state in order for view in wanted if view.pill == state), None)


def names(ids: set[UUID]) -> dict[UUID, str]:
    return {user.id: str(user) for user in User.objects.filter(id__in=ids)} if ids else {}


def questions_of(use_case: UseCase, picture: Picture) -> list[QuestionView]:
    """The four questions with their parts: three queries."""
    asked = picture.asked.get(use_case.id)
    if asked is None:
        return [QuestionView(number, text, []) for number, text in QUESTIONS.items()]
    facts, told = picture.facts[use_case.id], picture.readiness[use_case.id]
    rows = {
        row.part: row
        for row in Answer.objects.filter(use_case=use_case).select_related("decided_by", "drafted_by", "author")
    }
    evidence: dict[UUID, list[Evidence]] = defaultdict(list)
    for one in Evidence.objects.filter(use_case=use_case, removed_at=None):
        evidence[one.answer_id].append(one)
    policy = picture.policy_of(use_case.id)
    waiting = {
        part.code: waits_for(part, told.answers[part.code], told, policy, facts.on)
        for part in asked.parts
        if part.code in told.answers and state_of(told.answers[part.code], facts.on) is State.WAITING
    }
    people = names({waits.person for waits in waiting.values() if waits.person})
    views = []
    for part in asked.parts:
        view = _view(part, rows.get(part.code), told, asked, facts.on, waiting, people)
        view.evidence = evidence.get(view.answer.id, []) if view.answer else []
        views.append(view)
    return [
        QuestionView(number, text, [v for v in views if v.part.question == number])
        for number, text in QUESTIONS.items()
    ]


def _view(
    part: Part, row: Answer | None, told: ReadinessFacts, asked: QuestionSet, on: date, waiting: dict[str, Any],
    people: dict[UUID, str],
) -> PartView:  # fmt: skip
    known = told.answers.get(part.code)
    state = state_of(known, on)
    words, who = state.replace("_", " "), ""
    if state is State.WAITING:
        waits = waiting[part.code]
        words = f"waiting for {people.get(waits.person, 'a leader') if waits.person else 'a leader'}"
        if row and row.author:
            who = f"sent by {row.author}"
    elif state in SETTLED and row is not None and row.decided_by:
        who = f"accepted by {row.decided_by}"
    elif state is State.NOT_CLEAR and row is not None:
        who = "it has expired" if row.state in SETTLED else f"back with {row.author}" if row.author else ""
    elif state is State.DRAFT and row is not None and row.drafted_by:
        who = f"saved by {row.drafted_by}"
    pill = shown(part, told, asked, on)
    if pill is not state:
        words = pill.replace("_", " ")
    return PartView(
        part, state, row, pill, words, who, clear=is_answered(part, told, asked, on),
        unwatched=told.unwatched and part == asked.watched(),
    )  # fmt: skip


def page_of(use_case: UseCase) -> ReadinessPage:
    """Settled first, so that what is shown is never stale."""
    settle_if_dirty([use_case.id])
    picture = gather([use_case.id])
    facts = picture.facts[use_case.id]
    items = list(BlockingItem.objects.open().filter(use_case=use_case).select_related("owner", "proposed_owner"))
    waived = {item.id: item.waived_until for item in facts.items if item.waived_until}
    asked = {
        waiver.item_id: waiver
        for waiver in Waiver.objects.open().filter(item__use_case=use_case).select_related("requested_by")
    }
    found = outlook(picture, facts)
    words = {item.id: item.text for item in items}
    for item in items:
        item.after = [words[other] for other in item.waits_on if other in words]  # type: ignore[attr-defined]
        item.effect = found.effects.get(str(item.id))  # type: ignore[attr-defined]
        item.days = item.age(facts.on)  # type: ignore[attr-defined]
        item.waived_until = waived.get(item.id)  # type: ignore[attr-defined]
        item.asked = asked.get(item.id)  # type: ignore[attr-defined]
    return ReadinessPage(
        facts, picture.policy_of(use_case.id), Assessment.objects.filter(use_case=use_case).first(),
        questions_of(use_case, picture), items, BlockingItem.objects.filter(use_case=use_case).exclude(closed_on=None).count(),
        found, why_no_date(facts) if facts.open_hard() else "",
        list(AgreedDate.objects.filter(use_case=use_case).select_related("made_by")[:5]), about(use_case, 6),
        sum(bool((i.owner_id is None and i.proposed_owner_id) or (i.due_on is None and i.proposed_due_on)) for i in items),
        facts.on, _newer(use_case),
    )  # fmt: skip


def _newer(use_case: UseCase) -> bool:
    lane = use_case.lane
    if lane is None:
        return False
    return Lane.objects.filter(portfolio_id=lane.portfolio_id, code=lane.code, version__gt=lane.version).exists()
