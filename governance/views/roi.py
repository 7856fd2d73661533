"""The one page: read, written section by section, signed, compared, measured, closed."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.forms.roi import PARTS, CheckIn, Part, Realised, Weeks
from governance.queries import roi as queries
from governance.queries.drafts import hypothesis_drafts
from governance.queries.roi_why import why as why_of
from governance.views.frame import answer, done, form_page, may, onward, use_case_of
from governance.views.readiness import tabs
from portfolio.access.fetch import seats_of
from portfolio.access.identity import actor_of
from portfolio.models import UseCase
from portfolio.rules import Conflict, NotVisible, Reason, Refused
from roi import words
from roi.actions import hypotheses, readings, values
from roi.actions.scope import lane_of
from roi.models import Hypothesis, HypothesisVersion, Reading
from roi.models.readings import CSV, PASTED, TYPED
from roi.rules import signing, track
from roi.rules.content import Content, changes
from roi.rules.pasted import parse

_PARTS = [{"code": part.code, "title": part.title} for part in PARTS.values()]  # templates would call a class
_RIGHTS = ("hypothesis.edit", "hypothesis.sign", "reading.record", "check_in.record", "realised.record")


def _rights(request: HttpRequest, use_case: UseCase) -> dict[str, bool]:
    seats = seats_of(use_case)
    found = may(request, "hypothesis.edit", "hypothesis.sign", seats=seats)
    found |= {name.replace(".", "_"): may(request, name, seats=seats)[name.rpartition(".")[2]] for name in _RIGHTS}
    found["sign"] = found["sign"] and bool(signing.seats_to_sign(actor_of(request).user_id, seats))
    return found


def _home(use_case: UseCase) -> str:
    return reverse("roi", args=[use_case.key])


def _told(use_case: UseCase) -> Hypothesis:
    row = queries.of_use_case(use_case)
    if row is None:
        raise NotVisible
    return row


def page(request: HttpRequest, ref: str) -> HttpResponse:
    """The one-pager, or where to start."""
    use_case = use_case_of(request, ref)
    return _sheet(request, use_case)


def _sheet(request: HttpRequest, use_case: UseCase, refusal: tuple[Reason, ...] = ()) -> HttpResponse:
    row = queries.of_use_case(use_case)
    sheet = queries.one_pager(use_case, row) if row else None
    mine = signing.seats_to_sign(actor_of(request).user_id, seats_of(use_case))
    unsigned = sheet and {one.label for one in sheet.seats if one.state != "signed"}
    return answer(request, "governance/roi.html", {
        "use_case": use_case, "portfolio": use_case.portfolio, "tabs": tabs(use_case, "roi"), "sheet": sheet,
        "parts": _PARTS, "may": _rights(request, use_case), "refusal": refusal,
        "to_sign": bool(unsigned and any(signing.SEAT_LABELS[seat] in unsigned for seat in mine)),
        "worth": words.value_range(sheet.spread, sheet.currency) if sheet and sheet.spread else "",
        "sentence": words.value(sheet.spread, sheet.content.horizon_months, sheet.currency) if sheet and sheet.spread else "",
        "pairs": [(check["day"], check["done"]) for check in sheet.checks] if sheet else [],
        "horizon": _counts(sheet) if sheet else "",
        "loss": words.chance(sheet.spread.chance_of_loss) if sheet and sheet.spread else "",
    }, status=422 if refusal else 200)  # fmt: skip


def _counts(sheet: queries.OnePager) -> str:
    """9 estimated, 1 none."""
    said = {"estimated": "estimated", "none": "none", "open": "not estimated", "optional": "optional"}
    counted = {word: sum(one.state == state for one in sheet.costs) for state, word in said.items()}
    return ", ".join(f"{count} {word}" for word, count in counted.items() if count)


def edit(request: HttpRequest, ref: str, roi_section: str) -> HttpResponse:
    """One section; 409 shows what somebody else wrote meanwhile beside what was typed."""
    use_case = use_case_of(request, ref)
    if roi_section not in PARTS:
        raise NotVisible
    row = queries.of_use_case(use_case)
    content, version = (row.content(), row.version) if row else (Content(), 0)
    kind = PARTS[roi_section]
    if request.method == "GET":
        drafts = hypothesis_drafts(use_case, row, content, roi_section)
        return _edit_page(request, use_case, row, kind(content=content, version=version, drafts=drafts))
    form = kind(request.POST, content=content, version=version)
    if "take" in request.POST:
        return _edit_page(request, use_case, row, form.taking(request.POST["take"]))
    if str(version) != request.POST.get("version"):
        form = form.merged(content, version)
        if form.clashes:
            return _edit_page(request, use_case, row, form, 409)
    if not form.is_valid():
        return _edit_page(request, use_case, row, form, 422)
    try:
        hypotheses.edit(by=actor_of(request), use_case_id=use_case.id, version=version, **form.facts())
    except Refused as refused:
        form.refuse(refused)
        return _edit_page(request, use_case, row, form, 422)
    except Conflict as conflict:
        present: Hypothesis = conflict.present
        return _edit_page(request, use_case, present, form.merged(present.content(), present.version), 409)
    messages.success(request, f"{kind.title}: saved.")
    return done(request, _home(use_case))


def _edit_page(
    request: HttpRequest, use_case: UseCase, row: Hypothesis | None, form: Part, status: int = 200
) -> HttpResponse:  # fmt: skip
    return answer(request, "governance/roi_edit.html", {
        "use_case": use_case, "portfolio": use_case.portfolio, "form": form, "row": row, "parts": _PARTS,
        "window": _what_shows(row) if form.code in ("measure", "window") and row else None,
    }, status=status)  # fmt: skip


def _what_shows(row: Hypothesis) -> dict[str, Any] | None:
    """What this window can show, said before anybody signs."""
    content = row.content()
    before = track.weeks(Reading.objects.filter(hypothesis=row, measure=content.measure).by_week(), content).baseline
    known = [one for one in before if one is not None]
    found = track.what_can_be_shown(content, known, 30)
    if found is None:
        return None
    late = track.what_can_be_shown(content, known, content.window_days)
    likely = "unlikely" if found["chance"] < 0.5 else "likely"
    return found | {
        "likely": likely, "words": words.chance(found["chance"]),
        "at_end": words.chance(late["chance"]) if late and content.window_days > 30 else "", "end": content.window_days,
    }  # fmt: skip


def sign(request: HttpRequest, ref: str) -> HttpResponse:
    """Sign the version that was read."""
    use_case = use_case_of(request, ref)
    number = request.POST.get("number", "")
    try:
        made = hypotheses.sign(
            by=actor_of(request), use_case_id=use_case.id, number=int(number[:9]) if number.isdecimal() else None
        )
    except Refused as refused:
        return _sheet(request, use_case, refused.reasons)
    except Conflict:
        text = "It was changed while you were reading. Read the version below, then sign it."
        return _sheet(request, use_case, (Reason("changed_meanwhile", text),))
    labels = ", ".join(signing.SEAT_LABELS[one.seat].lower() for one in made)
    messages.success(request, f"Signed as {labels}." if made else "You have signed this version already.")
    return onward(request, use_case.portfolio.slug, _home(use_case))


def compare(request: HttpRequest, ref: str) -> HttpResponse:
    """Two versions side by side: what asks for new signatures, and what is only wording."""
    use_case = use_case_of(request, ref)
    row = _told(use_case)
    versions = {one.number: one for one in HypothesisVersion.objects.filter(hypothesis=row).select_related("made_by")}
    now = _chosen(request, "now", versions, row.number)
    was = _chosen(request, "was", versions, max(1, now - 1))
    found = changes(versions[was].as_content(), versions[now].as_content()) if versions else []
    return answer(request, "governance/roi_compare.html", {
        "use_case": use_case, "portfolio": use_case.portfolio, "versions": list(versions.values()), "was": was, "now": now,
        "changes": found, "then": versions.get(was), "present": versions.get(now),
    })  # fmt: skip


def _chosen(request: HttpRequest, name: str, versions: dict[int, Any], default: int) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 9 and int(given) in versions else default


def why(request: HttpRequest, ref: str) -> HttpResponse:
    """The expert numbers, on demand."""
    use_case = use_case_of(request, ref)
    row = _told(use_case)
    open_ones = queries.value_rules.open_categories(row.content(), lane_of(use_case))
    return answer(request, "governance/roi_why.html", {
        "use_case": use_case, "portfolio": use_case.portfolio, "row": row, "why": None if open_ones else why_of(use_case, row),
        "open": [one.label for one in open_ones],
    })  # fmt: skip


def weeks(request: HttpRequest, ref: str) -> HttpResponse:
    """Type or paste weekly readings; only weeks that were changed are sent."""
    use_case = use_case_of(request, ref)
    row = _told(use_case)
    content, today = row.content(), use_case.portfolio.today()
    known = Reading.objects.filter(hypothesis=row, measure=content.measure).by_week()
    form = Weeks(request.POST or None, request.FILES or None, weeks=queries.weeks_to_type(content, today), known=known)
    if request.method == "POST" and form.is_valid():
        pasted, sent = parse(form.cleaned_data["pasted"]), parse(form.cleaned_data["file"])
        try:
            if pasted.faults or sent.faults:
                raise Refused(pasted.faults + sent.faults)
            with transaction.atomic():  # all that was typed and pasted, or nothing
                count = _record(request, use_case, form.changed(), TYPED)
                count += _record(request, use_case, pasted.values, PASTED)
                count += _record(request, use_case, sent.values, CSV)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{count} week{'' if count == 1 else 's'} recorded.")
            return done(request, _home(use_case))
    refused_ = form.is_bound and (form.errors or form.refusal)
    return answer(request, "governance/roi_weeks.html", {
        "use_case": use_case, "portfolio": use_case.portfolio, "row": row, "content": content, "form": form,
        "corrections": queries.corrections(row),
    }, status=422 if refused_ else 200)  # fmt: skip


def _record(request: HttpRequest, use_case: UseCase, told: dict, source: str) -> int:
    if not told:
        return 0
    found = readings.record(by=actor_of(request), use_case_id=use_case.id, values=told, source=source)
    return found.created + found.corrected


def check_in(request: HttpRequest, ref: str, day: int) -> HttpResponse:
    """Record what was decided at day 30, 60 or 90."""
    use_case = use_case_of(request, ref)
    row = _told(use_case)
    content = row.content()
    if day not in {one.day for one in track.schedule(content)}:
        raise NotVisible
    advised = readings.advice_at(row, content, use_case.portfolio.today(), day)
    form = CheckIn(request.POST or None, initial={"outcome": advised})
    if request.method == "POST" and form.is_valid():
        try:
            readings.check_in(by=actor_of(request), use_case_id=use_case.id, day=day, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"Day {day} is recorded.")
            return done(request, _home(use_case))
    return _form(request, use_case, form, f"Check-in at day {day}", f"The rule agreed first says: {advised}.")


def realised(request: HttpRequest, ref: str) -> HttpResponse:
    """What came of it, beside what was promised."""
    use_case = use_case_of(request, ref)
    _told(use_case)
    form = Realised(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        key = {"by": actor_of(request), "use_case_id": use_case.id, "note": said["note"]}
        try:
            with transaction.atomic():
                for kind in ("benefits", "costs"):
                    if said[kind] is not None:
                        values.record_realised(**key, kind=kind, actual=said[kind])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Recorded. The next forecasts learn from it tonight.")
            return done(request, _home(use_case))
    return _form(
        request, use_case, form, "What came of it", "Over the horizon as stated; the forecast stays as it was."
    )


def _form(request: HttpRequest, use_case: UseCase, form: Any, title: str, lede: str) -> HttpResponse:
    return form_page(request, {
        "form": form, "title": title, "button": "Record", "back": _home(use_case), "lede": lede, "about": "governance/_about_lede.html",
        "crumbs": [{"url": reverse("use_case", args=[use_case.key]), "label": use_case.title},
                   {"url": _home(use_case), "label": "ROI"}],
    })  # fmt: skip
