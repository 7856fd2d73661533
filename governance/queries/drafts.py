"""What is known already, as a first draft: nothing is asked twice (product.md)."""

from collections.abc import Callable
from decimal import Decimal

from adoption.models import Role
from feedback.facts import fact_of
from feedback.models import Signal
from feedback.rules.signals import SignalFact, missing
from people.models import User
from portfolio.models import UseCase
from readiness.rules.facts import GRANTED, RATING_WORDS, ReadinessFacts
from readiness.rules.sets import Part
from roi.models import Hypothesis, Valuation
from roi.rules import figures
from roi.rules.content import MOST_CHARS, Content


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
    if part.draft == "hypothesis":
        return _good_enough(use_case)
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


def _good_enough(use_case: UseCase) -> str:
    """From which value it pays, and how that decides; nothing before both are agreed."""
    found = Hypothesis.objects.filter(use_case=use_case).first()
    if found is None or found.threshold is None or not found.decision_rule:
        return ""
    unit = f" {found.unit}" if found.unit else ""
    return f"When {_lowered(found.measure)} is {found.threshold:g}{unit} or better. {found.decision_rule}"


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


def hypothesis_drafts(use_case: UseCase, row: Hypothesis | None, said: Content, section: str) -> dict[str, str]:
    """Drafts for the empty fields of one section of the hypothesis, {field: text}. At most one query each."""
    make = _SECTIONS.get(section)
    found = make(use_case, row, said) if make else {}
    return {name: text for name, text in found.items() if text and len(text) <= MOST_CHARS.get(name, len(text))}


def _promise(use_case: UseCase, row: Hypothesis | None, said: Content) -> dict[str, str]:
    """What the register says already, in the form of the promise."""
    return {
        "if_text": f"the work is done with {use_case.title}",
        "then_text": _lowered(use_case.success_statement.rstrip(".")),
        "because": _lowered(use_case.why_ai.rstrip(".")),
        "population": said.population or ", ".join(f"{role.name} ({role.headcount})" for role in _roles(use_case)),
    }


def _measure(use_case: UseCase, row: Hypothesis | None, said: Content) -> dict[str, str]:
    """Those whose work changes would notice. With a baseline: locked today. With figures: it pays from break-even on."""
    found = {"noticed_by": said.noticed_by or ", ".join(role.name for role in _roles(use_case))}
    if said.baseline is None or row is None:
        return found
    found["baseline_locked_on"] = use_case.portfolio.today().isoformat()
    if said.threshold is None and said.target is not None:
        found["threshold"] = _break_even(row, said.baseline, said.target)
    return found


def _break_even(row: Hypothesis, baseline: float, target: float) -> str:
    """The value of the measure at which benefit and cost are equal (methods.md 4); nothing where that is past the target."""
    newest = Valuation.objects.newest().filter(hypothesis=row).first()
    if newest is None or not 0 < newest.figures["pvc"] <= newest.figures["pvb"]:
        return ""
    exact = baseline + (target - baseline) * newest.figures["pvc"] / newest.figures["pvb"]
    rounded = float(f"{exact:.3g}")
    return figures.show(rounded if min(baseline, target) <= rounded <= max(baseline, target) else exact)


def _window(use_case: UseCase, row: Hypothesis | None, said: Content) -> dict[str, str]:
    """The rule that the page itself follows, in words."""
    if said.threshold is None or not said.measure:
        return {}
    unit = f" {said.unit}" if said.unit else ""
    side = "below" if said.higher_is_better else "above"
    return {
        "decision_rule": f"Scale up once {_lowered(said.measure)} is shown to be {said.threshold:g}{unit} or better; "
        f"stop if it is still {side} that on day {said.window_days}."
    }


def _benefits(use_case: UseCase, row: Hypothesis | None, said: Content) -> dict[str, str]:
    return {"b0_name": f"Gain from better {_lowered(said.measure)}"} if said.measure else {}


def _roles(use_case: UseCase) -> list[Role]:
    return list(Role.objects.filter(use_case=use_case).order_by("name"))


def _lowered(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


_SECTIONS: dict[str, Callable[[UseCase, Hypothesis | None, Content], dict[str, str]]] = {
    "promise": _promise, "measure": _measure, "window": _window, "benefits": _benefits,
}  # fmt: skip
