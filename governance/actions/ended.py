"""What does a move end that its undo must put back? Kept with the decision, so that nothing is guessed afterwards."""

from datetime import date, datetime
from typing import Any

from governance.models import Decision
from portfolio.models import CapException, UseCase
from portfolio.rules import Stage

_WITH_STAGE = {
    Stage.PILOT: ("waiting_reason", "waiting_until_on"),
    Stage.PAUSED: ("restart_condition", "review_on", "reviews_missed", "review_missed_on"),
}


def ended_by_leaving(use_case: UseCase) -> dict[str, Any]:
    """What the stage it is in will take with it, as JSON holds it: how long it ran, its review, what it waited for."""
    names = ("stage_since", *_WITH_STAGE.get(Stage(use_case.stage), ()))
    found = {name: getattr(use_case, name) for name in names}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}


def put_back(undone: Decision) -> dict[str, Any]:
    """The facts of the use case that an undo writes. Decisions made before this was kept give less, or nothing.

    A cap exception that ended in the same moment as the stage runs on, through the day it was given for.
    """
    ended: dict[str, Any] = dict(undone.terms.get("ended", {}))
    CapException.objects.filter(use_case_id=undone.use_case_id, ended_at=undone.decided_at).update(ended_at=None)
    for name, value in ended.items():
        if value is not None and name.endswith("_on"):
            ended[name] = date.fromisoformat(value)
        elif name == "stage_since":
            ended[name] = datetime.fromisoformat(value)
    return ended
