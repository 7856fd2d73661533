"""Four questions, their answers and evidence: read, written, sent, judged. Nothing typed is lost."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from governance.facts import gather
from governance.forms.readiness import KIND_WORDS, Attach, Draft, Judge, Send
from governance.queries.drafts import first_draft
from governance.queries.readiness import page_of, questions_of
from governance.views.frame import answer, done, may, onward, use_case_of
from portfolio.access.fetch import seats_of
from portfolio.access.identity import actor_of
from portfolio.models import UseCase
from portfolio.rules import Conflict, NotVisible, Reason, Refused
from readiness.actions import answers as actions
from readiness.actions import evidence as evidence_actions
from readiness.downloads import attachment
from readiness.models import Answer, AnswerEvent, Evidence

_RIGHTS = ("answer.draft", "answer.accept", "evidence.edit", "item.edit", "item.ask_waiver", "item.waive",
           "use_case.agree_date", "use_case.choose_lane", "request.open")  # fmt: skip


def page(request: HttpRequest, ref: str) -> HttpResponse:
    """The readiness tab."""
    return shown(request, ref)


def shown(request: HttpRequest, ref: str, refused: tuple[Reason, ...] = ()) -> HttpResponse:
    """The readiness tab; 422 with every reason when an act on it was refused."""
    use_case = use_case_of(request, ref)
    return answer(request, "governance/readiness.html", {
        "use_case": use_case, "portfolio": use_case.portfolio, "page": page_of(use_case), "kinds": KIND_WORDS,
        "may": may(request, *_RIGHTS, seats=seats_of(use_case)), "tabs": tabs(use_case, "readiness"), "refused": refused,
    }, status=422 if refused else 200)  # fmt: skip


def tabs(use_case: UseCase, current: str) -> list[dict[str, Any]]:
    """The tabs of a use case."""
    places = (("use_case", "Overview"), ("readiness", "Readiness"), ("roi", "ROI"), ("use_case_data", "Data"),
              ("use_case_feedback", "Feedback"), ("use_case_people", "People"))  # fmt: skip
    return [
        {"url": reverse(name, args=[use_case.key]), "label": label, "current": name == current}
        for name, label in places
    ]


def _open(request: HttpRequest, ref: str, part: str) -> tuple[UseCase, Any, Any]:
    """The use case, its picture and the view of one part; 404 when its lane does not ask it."""
    use_case = use_case_of(request, ref)
    picture = gather([use_case.id])
    for question in questions_of(use_case, picture):
        for view in question.parts:
            if view.part.code == part:
                return use_case, picture, view
    raise NotVisible


def part(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """Write an answer and send it; or judge one that waits."""
    use_case, picture, view = _open(request, ref, part)
    row: Answer | None = view.answer
    initial = {"version": row.version if row else 0, "text": (row.draft or row.text) if row else ""}
    suggested = ""
    if not initial["text"]:
        initial["text"] = suggested = first_draft(use_case, view.part, picture.readiness[use_case.id])
    form = Send(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.submit(
                by=actor_of(request), use_case_id=use_case.id, part=part, text=said["text"],
                applies=not said["does_not_apply"], effective_on=said["effective_on"], expires_on=said["expires_on"],
                version=_version(said),
            )  # fmt: skip
        except Refused as refused:
            form.refuse(refused)
        except Conflict as conflict:
            return _part_page(request, use_case, view, form, conflict=conflict.present)
        else:
            messages.success(request, f"{part} was sent to its accepter.")
            return done(request, reverse("readiness", args=[use_case.key]) + f"#part-{part}")
    return _part_page(request, use_case, view, form, suggested=suggested)


def _version(said: dict[str, Any]) -> int | None:
    return said["version"]


def _part_page(
    request: HttpRequest, use_case: UseCase, view: Any, form: Send, *, conflict: Any = None, suggested: str = "",
    judge: Judge | None = None, attach: Attach | None = None,
) -> HttpResponse:  # fmt: skip
    events = AnswerEvent.objects.filter(answer=view.answer).select_related("by").order_by("-at", "-id")[:12]
    refused = (
        (form.is_bound and (form.errors or form.refusal)) or (judge and judge.refusal) or (attach and attach.errors)
    )
    return answer(request, "governance/part.html", {
        "use_case": use_case, "portfolio": use_case.portfolio, "view": view, "form": form, "suggested": suggested,
        "judge": judge or Judge(), "attach": attach or Attach(), "conflict": conflict,
        "events": events if view.answer else [], "may": may(request, *_RIGHTS, seats=seats_of(use_case)),
    }, status=409 if conflict else 422 if refused else 200)  # fmt: skip


def draft(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """Autosave: 200 with the new version, 409 with both texts when somebody else saved meanwhile."""
    use_case = use_case_of(request, ref)
    form = Draft(request.POST)
    context: dict[str, Any] = {"use_case": use_case, "part": part, "now": timezone.now()}
    if not form.is_valid():
        return answer(request, "governance/part_saved.html", context | {"form": form}, status=422)
    said = form.cleaned_data
    try:
        row = actions.save_draft(
            by=actor_of(request), use_case_id=use_case.id, part=part, text=said["text"], version=_version(said)
        )
    except Conflict as conflict:
        return answer(request, "governance/part_saved.html", context | {"conflict": conflict.present}, status=409)
    except Refused as refused:
        return answer(request, "governance/part_saved.html", context | {"reasons": refused.reasons}, status=422)
    if not request.htmx:  # type: ignore[attr-defined]
        return done(request, reverse("readiness_part", args=[use_case.key, part]))
    return answer(request, "governance/part_saved.html", context | {"row": row})


def judge(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """Accept, send back, or take back."""
    use_case, _, view = _open(request, ref, part)
    form = Judge(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _part_page(request, use_case, view, Send(initial={"text": ""}), judge=form)
    key = {"by": actor_of(request), "use_case_id": use_case.id, "part": part}
    note, act = form.cleaned_data["note"], request.POST.get("act")
    try:
        if act == "accept":
            actions.accept(**key)
        elif act == "withdraw":
            actions.withdraw(**key, reason=note)
        else:
            actions.send_back(**key, note=note)
    except Refused as refused:
        form.refuse(refused)
        return _part_page(request, use_case, view, Send(initial={"text": ""}), judge=form)
    said = {"accept": "is clear", "withdraw": "was taken back"}.get(act or "", "was sent back")
    messages.success(request, f"{part} {said}.")
    return onward(request, use_case.portfolio.slug, reverse("readiness", args=[use_case.key]) + f"#part-{part}")


def attach(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """Add a file or a link."""
    use_case, _, view = _open(request, ref, part)
    form = Attach(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        key = {"by": actor_of(request), "use_case_id": use_case.id, "part": part, "effective_on": said["effective_on"],
               "expires_on": said["expires_on"]}  # fmt: skip
        try:
            if said["file"]:
                evidence_actions.attach_file(**key, upload=said["file"])
            else:
                evidence_actions.attach_link(**key, url=said["url"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"Evidence was added to {part}.")
            return done(request, reverse("readiness_part", args=[use_case.key, part]))
    return _part_page(request, use_case, view, Send(initial={"text": ""}), attach=form)


def evidence_file(request: HttpRequest, ref: str, evidence_id: Any) -> FileResponse | HttpResponse:
    """The file as a download, after the use case was seen again; a broken one is said to be so beside its answer."""
    use_case = use_case_of(request, ref)
    mine = Evidence.objects.visible_to(actor_of(request)).filter(use_case=use_case, id=evidence_id)
    found = mine.select_related("answer").first()
    if found is None:
        raise NotVisible
    try:
        return attachment(found)
    except Refused as refused:
        messages.error(request, " ".join(reason.text for reason in refused.reasons))
        return done(request, reverse("readiness_part", args=[use_case.key, found.answer.part]))


def evidence_remove(request: HttpRequest, ref: str, evidence_id: Any) -> HttpResponse:
    """Take evidence off, with an undo."""
    use_case = use_case_of(request, ref)
    found = Evidence.objects.filter(use_case=use_case, id=evidence_id).select_related("answer").first()
    if found is None:
        raise NotVisible
    if found.removed_at is None:
        evidence_actions.remove(by=actor_of(request), evidence_id=found.id)
        undo = reverse("evidence_remove", args=[use_case.key, found.id])
        messages.success(request, f"{found.name} was taken off.", extra_tags=f"undo:{undo}")
    else:
        evidence_actions.restore(by=actor_of(request), evidence_id=found.id)
        messages.success(request, f"{found.name} is back.")
    return done(request, reverse("readiness_part", args=[use_case.key, found.answer.part]))
