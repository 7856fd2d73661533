"""Make a decision on one use case, or take one back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import verbs as actions
from governance.actions.rights import load
from governance.facts import gather_one, rooms
from governance.forms.verbs import FORMS
from governance.models import Decision
from governance.rules import moves
from governance.rules.rights import may_decide
from governance.views.frame import done, form_page, onward, use_case_of
from portfolio.access.fetch import route_verb, seats_of
from portfolio.access.identity import actor_of
from portfolio.access.table import require
from portfolio.models import UseCase
from portfolio.rules import MOVES, UNDO, Actor, NotVisible, Reason, Refused, Stage, Verb, moves_from

ACTIONS = {
    Verb.SELECT: actions.select, Verb.DECLINE: actions.decline, Verb.GO: actions.go, Verb.NO_GO: actions.no_go,
    Verb.PAUSE: actions.pause, Verb.RESUME: actions.resume, Verb.ROLL_BACK: actions.roll_back,
    Verb.STOP: actions.stop, Verb.RETIRE: actions.retire, Verb.REOPEN: actions.reopen,
    Verb.RETURN: actions.return_,
}  # fmt: skip
_CHOICES = {"pause": "verb_pause", "stop": "verb_stop"}


def act(request: HttpRequest, ref: str, verb: Verb) -> HttpResponse:
    """The page of one verb: what it asks for, what it leads to; refused in place with every reason."""
    use_case = use_case_of(request, ref)
    form = FORMS[verb](request.POST or None, use_case=use_case)
    if request.method == "POST" and form.is_valid():
        try:
            decision = ACTIONS[verb](use_case_id=use_case.id, by=actor_of(request), **form.body())
        except Refused as refused:
            form.refuse(refused)
        else:
            _say(request, use_case, decision)
            return onward(request, use_case.portfolio.slug, reverse("use_case", args=[use_case.key]))
    foreseen = () if form.refusal else _foreseen(use_case, verb, actor_of(request))
    return form_page(request, _context(use_case, verb) | {
        "form": form, "foreseen": foreseen, "action": request.get_full_path() if request.GET.get("from") == "queue" else "",
    })  # fmt: skip


def _foreseen(use_case: UseCase, verb: Verb, by: Actor) -> tuple[Reason, ...]:
    """What a select or go would be refused for, said before anybody types. A full cap has its own fields."""
    if verb not in (Verb.SELECT, Verb.GO):
        return ()
    facts, policy = gather_one(use_case.id)
    ruling = may_decide(
        verb, facts, load(use_case.portfolio_id, by.user_id), seats_of(use_case), by.user_id, by.role_in(use_case.portfolio_id)
    )  # fmt: skip
    verdict = (
        moves.may_select(facts, policy) if verb is Verb.SELECT else moves.may_go(facts, by.user_id, ruling.on_behalf_of)
    )
    return tuple(
        reason for reason in (ruling.verdict + verdict).reasons if reason.code not in ("pilot_cap", "wrong_stage")
    )


def _context(use_case: UseCase, verb: Verb) -> dict[str, Any]:
    move = MOVES[verb]
    return {
        "use_case": use_case,
        "verb": verb,
        "title": f"{move.label}: {use_case.title}",
        "about": "governance/_about_verb.html",
        "button": move.label,
        "danger": verb in (Verb.STOP, Verb.RETIRE, Verb.DECLINE),
        "wrong_stage": use_case.stage not in move.sources,
        "asks_first": move.asks_first,
        "later": moves.not_asked_yet(verb, rooms()),
        "back": reverse("use_case", args=[use_case.key]),
        "crumbs": [
            {"url": reverse("board", args=[use_case.portfolio.slug]), "label": "Board"},
            {"url": reverse("use_case", args=[use_case.key]), "label": use_case.key},
        ],
    }


def _say(request: HttpRequest, use_case: UseCase, decision: Decision) -> None:
    verb = Verb(decision.kind)
    undo = f"undo:{reverse('undo', args=[decision.id])}" if verb in UNDO else ""
    messages.success(request, f"{use_case.title} was {MOVES[verb].past}.", extra_tags=undo)


def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Where the choice of a board row leads: the form of the verb; run keeps it as it is."""
    use_case = use_case_of(request, ref)
    choice = request.GET.get("choice", "")
    if choice in _CHOICES:
        verb = Verb(choice)
        return form_page(request, _context(use_case, verb) | {
            "form": FORMS[verb](use_case=use_case), "action": reverse(_CHOICES[choice], args=[use_case.key]),
        })  # fmt: skip
    if use_case.stage == Stage.PILOT and choice == "run":
        messages.info(request, f"{use_case.title} keeps its slot. Nothing was decided.")
    return done(request, reverse("use_case", args=[use_case.key]))


def undo(request: HttpRequest, decision_id: Any) -> HttpResponse:
    """Take one's own newest pause, resume, decline or reopen back, as a decision of its own."""
    found = Decision.objects.visible_to(actor_of(request)).filter(id=decision_id).select_related("use_case").first()
    if found is None:
        raise NotVisible
    require(actor_of(request), route_verb(request), found.portfolio_id)
    try:
        actions.undo(decision_id=found.id, by=actor_of(request))
    except Refused as refused:
        messages.error(request, " ".join(reason.text for reason in refused.reasons))
    else:
        messages.success(request, f"{found.use_case.title}: taken back.")
    return done(request, reverse("use_case", args=[found.use_case.key]))


def verbs_of(use_case: UseCase) -> list[Verb]:
    """The verbs that start in its stage, in the table's order."""
    return [move.verb for move in moves_from(Stage(use_case.stage))]
