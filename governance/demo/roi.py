"""Tell the demo's hypotheses through the same actions as everybody: signed, void, drafted, measured, off track."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from people.models import User
from portfolio.access.identity import person
from portfolio.actions import use_cases
from portfolio.models import UseCase
from portfolio.rules import SYSTEM
from roi.actions import hypotheses, readings, values
from roi.rules import track
from roi.rules.content import ESTIMATED, MONTHLY, NONE, ONCE, Amount, Assumption, Benefit, Cost
from roi.rules.figures import parse_amount

type People = Mapping[str, User]

A_MONTH = " a month"


def story() -> dict[str, Any]:
    """Hypotheses by the title of their use case."""
    return yaml.safe_load((Path(__file__).parent / "hypotheses.yaml").read_text())


def tell(told: dict[str, Any], use_case: UseCase, users: People) -> None:
    """The page, its weeks, its signatures, what was changed after them, its check-ins and what came of it."""
    use_cases.edit(by=SYSTEM, use_case_id=use_case.id, finance_partner=users[told["finance"]])
    use_case = UseCase.objects.select_related("lead", "sponsor", "portfolio").get(id=use_case.id)
    by = person(users[told.get("writer", told["finance"])])
    today = use_case.portfolio.today()
    start = track.monday(today) - timedelta(weeks=told.get("weeks_ago", 0))
    facts = dict(told["facts"])
    if "weeks_ago" in told:
        facts |= {"day0_on": start, "baseline_locked_on": start - timedelta(days=3)}
    key = {"by": by, "use_case_id": use_case.id}
    hypotheses.edit(
        **key, **facts, costs=[_cost(*pair) for pair in told.get("costs", {}).items()],
        benefits=[_benefit(one) for one in told.get("benefits", ())],
        assumptions=[_assumption(one) for one in told.get("assumptions", ())],
    )  # fmt: skip
    before = told.get("before", ())
    _measure(key, start - timedelta(weeks=len(before)), before)
    for nick in told.get("signed", ()):
        hypotheses.sign(by=person(users[nick]), use_case_id=use_case.id)
    if "changed" in told:
        hypotheses.edit(**key, **told["changed"])
        for nick in told.get("signed_again", ()):
            hypotheses.sign(by=person(users[nick]), use_case_id=use_case.id)
    _measure(key, start, told.get("weeks", ()))
    for day, said in told.get("check_ins", {}).items():
        readings.check_in(**key, day=int(day), **said)
    for kind, amount in told.get("came", {}).items():
        values.record_realised(**key, kind=kind, actual=float(amount), note="As booked.")


def _measure(key: dict[str, Any], first: date, told: Any) -> None:
    """One value a week from `first` on; null is a week nobody measured."""
    weeks = {first + timedelta(weeks=n): float(value) for n, value in enumerate(told) if value is not None}
    if weeks:
        readings.record(**key, values=weeks)


def _cost(category: str, told: str) -> Cost:
    if told.startswith(NONE):
        return Cost(category, NONE, note=told.partition(":")[2].strip())
    timing = MONTHLY if told.endswith(A_MONTH) else ONCE
    return Cost(category, ESTIMATED, timing, parse_amount(told.removesuffix(A_MONTH)))


def _benefit(told: dict[str, Any]) -> Benefit:
    amount = parse_amount(str(told["amount"])) or Amount(0.0)
    return Benefit(told["name"], amount, told.get("from", 1), told.get("full", 1))


def _assumption(told: dict[str, Any]) -> Assumption:
    low, likely, high = told["range"]
    return Assumption(
        told["text"],
        float(low),
        float(likely),
        float(high),
        told.get("unit", ""),
        told.get("seen"),
        told.get("source", ""),
    )
