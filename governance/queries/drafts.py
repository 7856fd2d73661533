"""What is known already, as a first draft: nothing is asked twice (product.md)."""

from decimal import Decimal

from feedback.facts import fact_of
from feedback.models import Signal
from feedback.rules.signals import SignalFact, missing
from people.models import User
from portfolio.models import UseCase
from readiness.rules.facts import GRANTED, RATING_WORDS, ReadinessFacts
from readiness.rules.sets import Part
from roi.models import Hypothesis


def first_draft(use_case: UseCase, part: Part, told: ReadinessFacts) -> str:
    """The draft for a part, or nothing. The lead edits it and sends it."""
    if part.draft == "register":
        return "\n".join(text for text in (*_registered(use_case), *_supposed(use_case)) if text)
    if part.draft == "needs":
        return "\n".join(
            f"{need.purpose}: {need.source_name or 'source not named yet'}"
            + (f", {RATING_WORDS[need.lowest]}" if need.lowest is not None else "")
            + (", access granted" if need.access == GRANTED else ", access not granted yet")
            for need in told.needs
        )
    if part.draft == "monitoring":
        return _watched(use_case)
    return ""


def _registered(use_case: UseCase) -> tuple[str, ...]:
    return use_case.problem, use_case.success_statement, use_case.why_ai


def _supposed(use_case: UseCase) -> tuple[str, ...]:
    """The hypothesis in one sentence, where one is drafted."""
    found = Hypothesis.objects.filter(use_case=use_case).first()
    if found is None or not found.then_text:
        return ()
    told = f"If {found.if_text}, then {found.then_text}" if found.if_text else f"We expect that {found.then_text}"
    if found.measure and found.baseline is not None and found.target is not None:
        told += f" ({found.measure}: {found.baseline:g} to {found.target:g})"
    return (f"{told}.",)


def _watched(use_case: UseCase) -> str:
    """One line a signal: what, within which limits, who looks, what is done."""
    rows = list(Signal.objects.filter(use_case=use_case, retired_at=None).order_by("name"))
    people = {user.id: str(user) for user in User.objects.filter(id__in={row.owner_id for row in rows} - {None})}
    return "\n".join(_line(fact_of(row), people.get(row.owner_id, "")) for row in rows)


def _line(signal: SignalFact, owner: str) -> str:
    lacks = missing(signal)
    limits = _limits(signal.lower, signal.upper)
    said = f"{signal.name}{f' {limits}' if limits else ''}: {owner or 'nobody yet'}"
    if signal.action:
        said += f"; outside: {signal.action.rstrip('.')}"
    return said + (f" (still lacks {' and '.join(lacks)})" if lacks else "")


def _limits(lower: Decimal | None, upper: Decimal | None) -> str:
    if lower is not None and upper is not None:
        return f"between {lower.normalize():f} and {upper.normalize():f}"
    if lower is not None:
        return f"at least {lower.normalize():f}"
    return f"at most {upper.normalize():f}" if upper is not None else ""
