"""How does a program decide? Each verb of the table is a sub-resource; 409 names every reason. Bodies: rules.md 2."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.response import Response

from governance.actions import verbs as actions
from governance.api import shapes
from governance.api.use_cases import members_by_id
from governance.models import Decision
from governance.rules.moves import CapAsk
from portfolio.access import fetch
from portfolio.api.door import UseCaseDoor, speaks
from portfolio.api.shapes import Day, Id, Strict, Text, missing
from portfolio.models import UseCase
from portfolio.rules import MOVES, Verb


class Said(Strict):
    reason = Text()


class AskException(Strict):
    until_on = Day()
    reason = Text()


class PauseOther(Strict):
    use_case = Text(max_length=60, allow_blank=False, help_text="The id or key of the pilot to pause.")
    reason = Text()
    restart_condition = Text()
    review_on = Day()


class TakeSlot(Said):
    exception = AskException(required=False)
    pause = PauseOther(required=False)


class Due(Strict):
    text = Text(max_length=2000, allow_blank=False)
    owner = Id(help_text="A member's user id.")
    due_on = Day()


class PauseSaid(Said):
    restart_condition = Text()
    review_on = Day()


class StopSaid(Said):
    learnt = Text()


class RetireSaid(Said):
    successor = Text()


class GoSaid(Said):
    conditions = Due(many=True, required=False, max_length=50)


class NoGoSaid(Said):
    items = Due(many=True, required=False, max_length=50)
    agreed_on = Day()


class VerbDoor(UseCaseDoor):
    """One verb on one use case; `If-Match` is optional."""

    act: ClassVar[Callable[..., Decision]]
    body: ClassVar[type[Strict]]

    def represent(self, row: UseCase) -> dict[str, Any]:
        return shapes.use_case(row)

    def decide(self) -> Response:
        version = self.version(self.seen.id, required=False)
        said = self.plain(self.said(self.body))
        made = type(self).act(use_case_id=self.seen.id, by=self.actor, version=version, **said)
        return Response(shapes.decision(made))

    def plain(self, said: dict[str, Any]) -> dict[str, Any]:
        """References resolved within the portfolio: a foreign one is answered like an unknown one."""
        if "exception" in said:
            said["exception"] = CapAsk(**said["exception"])
        if "pause" in said:
            other = dict(said["pause"])
            found = among_siblings(self.seen, other.pop("use_case"))
            if found is None:
                raise missing("pause/use_case")
            said["pause"] = actions.PauseOther(use_case_id=found.id, **other)
        for name in ("conditions", "items"):
            if name in said:
                said[name] = self._dues(said[name], name)
        return said

    def _dues(self, given: list[dict[str, Any]], name: str) -> tuple[actions.Due, ...]:
        members = members_by_id(self.seen.portfolio_id, [due["owner"] for due in given])
        for index, due in enumerate(given):
            if due["owner"] not in members:
                raise missing(f"{name}/{index}/owner")
        return tuple(actions.Due(text=due["text"], owner=members[due["owner"]], due_on=due["due_on"]) for due in given)


def among_siblings(use_case: UseCase, ref: str) -> UseCase | None:
    """The use case of the same portfolio with this id or key."""
    return fetch.among(UseCase.objects.filter(portfolio_id=use_case.portfolio_id), ref)


def _door(verb: Verb, action: Callable[..., Decision], body: type[Strict]) -> type[VerbDoor]:
    """The view of one verb, with its own name and body in the schema."""
    post = speaks(f"{MOVES[verb].label}: {_doc(action)}", body=body, answer=shapes.DecisionShape, if_match=True)(
        lambda self, request, ref: self.decide()
    )
    members = {"act": staticmethod(action), "body": body, "post": post, "__doc__": action.__doc__}
    return type(f"{verb.name.title().replace('_', '')}Door", (VerbDoor,), members)


def _doc(action: Callable[..., Decision]) -> str:
    return (action.__doc__ or "").split("\n")[0].rstrip(".")


DOORS: dict[Verb, type[VerbDoor]] = {
    verb: _door(verb, action, body)
    for verb, action, body in (
        (Verb.SELECT, actions.select, TakeSlot),
        (Verb.DECLINE, actions.decline, Said),
        (Verb.GO, actions.go, GoSaid),
        (Verb.NO_GO, actions.no_go, NoGoSaid),
        (Verb.PAUSE, actions.pause, PauseSaid),
        (Verb.RESUME, actions.resume, TakeSlot),
        (Verb.ROLL_BACK, actions.roll_back, TakeSlot),
        (Verb.STOP, actions.stop, StopSaid),
        (Verb.RETIRE, actions.retire, RetireSaid),
        (Verb.REOPEN, actions.reopen, Said),
        (Verb.RETURN, actions.return_, Said),
    )
}
