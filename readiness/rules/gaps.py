"""What does readiness still miss? A required question not clear, evidence expired, data not fit or not granted."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from portfolio.rules import Gap, Policy, Severity
from readiness.rules.answers import SETTLED, WORDS, State, lacks_evidence, state_of, waits_for
from readiness.rules.facts import GRANTED, RATING_WORDS, NeedFacts, ReadinessFacts
from readiness.rules.sets import QuestionSet

ORIGIN = "readiness"
MOST_TEXT = 300  # characters of an item's text


def gaps(facts: ReadinessFacts, asked: QuestionSet, policy: Policy, on: date) -> tuple[Gap, ...]:
    """Every gap on that day, in the order of the questions, then of the data needs."""
    found: dict[tuple[str, str, str], Gap] = {}
    for gap in (*_answers(facts, asked, on), *_needs(facts, on)):
        if gap.key not in found or gap.severity is Severity.HARD:  # two needs of one source share its defect
            found[gap.key] = gap
    return tuple(found.values())


def closers(facts: ReadinessFacts, asked: QuestionSet, policy: Policy, on: date) -> dict[tuple[str, str, str], UUID]:
    """Who can close a gap, where that is not the lead: (origin, code, subject) → person."""
    found: dict[tuple[str, str, str], UUID | None] = {}
    for part in asked.required():
        answer = facts.answers.get(part.code)
        if answer is not None and state_of(answer, on) is State.WAITING:
            found[ORIGIN, "question_not_clear", part.code] = waits_for(part, answer, facts, policy, on).person
    for need in facts.needs:
        for code in ("data_not_fit", "data_not_granted"):
            found[ORIGIN, code, str(need.id)] = need.caretaker_id
        for defect in need.defects:
            found[ORIGIN, "shared_defect", str(defect["id"])] = _uuid(defect.get("owner"))
    return {key: person for key, person in found.items() if person is not None}


def _uuid(value: object) -> UUID | None:
    return value if isinstance(value, UUID) or value is None else UUID(str(value))


def _gap(code: str, subject: str, severity: Severity, kind: str, text: str) -> Gap:
    return Gap(ORIGIN, code, subject, severity, kind, text[:MOST_TEXT])


def _answers(facts: ReadinessFacts, asked: QuestionSet, on: date) -> Iterator[Gap]:
    for part in asked.required():
        answer = facts.answers.get(part.code)
        found = state_of(answer, on)
        if found not in SETTLED:
            kind = "sign" if found is State.WAITING else part.kind
            words = "expired" if answer is not None and answer.state in SETTLED else WORDS[found]
            text = f"{part.code} {part.text} ({words})"
            yield _gap("question_not_clear", part.code, Severity.HARD, kind, text)
        elif lacks_evidence(answer, part, on):
            yield _gap("evidence_expired", part.code, Severity.HARD, part.kind, f"Evidence for {part.code} has expired")


def _needs(facts: ReadinessFacts, on: date) -> Iterator[Gap]:
    for need in facts.needs:
        severity = Severity.HARD if need.required else Severity.CONDITION
        name = need.source_name or need.purpose
        unfit = _unfit(need)
        if unfit:
            yield _gap("data_not_fit", str(need.id), severity, "data_access", f"{name}: {unfit}")
        if need.access != GRANTED or (need.granted_until is not None and need.granted_until < on):
            over = need.access == GRANTED
            text = f"{name}: access {'has expired' if over else 'is not granted'}"
            yield _gap("data_not_granted", str(need.id), severity, "data_access", text)
        for defect in need.defects:
            kind, text = str(defect["kind"]), f"{name}: {defect['text']}"
            yield _gap("shared_defect", str(defect["id"]), severity, kind, text)


def _unfit(need: NeedFacts) -> str:
    """Why the source does not serve the need; empty when it does."""
    if need.lowest is None:
        return "no source is named"
    if need.lowest >= need.minimum:
        return ""
    if need.lowest == 0:
        return "not rated yet"
    return f"{need.weakest} is {RATING_WORDS[need.lowest]}, {RATING_WORDS[need.minimum]} is needed"
