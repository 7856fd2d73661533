"""How do decisions made before anything was connected come in through the browser? Upload, look, import."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from feedback.actions import files
from feedback.importing.mapping import MappingFault
from feedback.models import DecisionFile
from feedback.shapes import ACTIONS
from governance.forms import past as forms
from governance.forms.imports import Upload
from governance.views.frame import answer, done, steps, use_case_of
from governance.views.readiness import tabs
from portfolio.access.identity import actor_of
from portfolio.actions import jobs
from portfolio.importing.faults import ImportFault
from portfolio.rules import NotVisible, Reason, Refused
from portfolio.tasks import nudge

SHOWN = 50  # skipped rows on the page; the download has all
_STEPS = ("File", "Columns and dry run", "Import")


def past(request: HttpRequest, ref: str) -> HttpResponse:
    """Upload a file; it is read at once, and nothing is kept but the file."""
    use_case = use_case_of(request, ref)
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and not form.is_bound:
        form = Upload({}, {})
    if request.method == "POST" and form.is_valid():
        file, by = form.cleaned_data["file"], actor_of(request)
        try:
            row = files.upload(by=by, use_case=use_case, file=file, name=file.name or "")
        except ImportFault as fault:
            form.refuse(Refused([Reason(fault.code, str(fault), "file")]))
        else:
            _count(request, row)
            return done(request, _address(row))
    rows = DecisionFile.objects.filter(use_case=use_case).select_related("made_by").defer("report", "mapping")[:10]
    context = _frame(use_case, 1) | {"form": form, "files": list(rows)}
    return answer(request, "governance/past/upload.html", context, status=422 if form.is_bound else 200)


def past_file(request: HttpRequest, ref: str, past_id: UUID) -> HttpResponse:
    """Where this file is: its columns and dry run, its progress, or its result."""
    row = _row_of(request, ref, past_id)
    if row.state == DecisionFile.RUNNING:
        return answer(
            request, "governance/past/running.html", _context(row, 3) | {"job": jobs.newest(files.KIND, row.id)}
        )
    if row.state == DecisionFile.DONE:
        return answer(request, "governance/past/done.html", _context(row, 4))
    if request.method != "POST":
        return _open(request, row, "")
    try:
        sheet = request.POST.get("sheet", row.sheet)[:200]
        found = files.look(row)
        moved = sheet != found.sheet and sheet in found.sheets
        given = {} if moved else forms.answered(request.POST, found)
        files.preview(by=actor_of(request), row=row, given=given, sheet=sheet if moved else None)
    except (ImportFault, MappingFault) as fault:
        return _open(request, row, str(fault))
    except Refused:
        pass
    return done(request, _address(row) + "#count-h")


def _open(request: HttpRequest, row: DecisionFile, fault: str) -> HttpResponse:
    status = 422 if fault else 200
    try:
        found = files.look(row)
    except ImportFault as gone:
        return answer(
            request, "governance/past/file.html", _context(row, 2) | {"fault": str(gone), "gone": True}, status=status
        )
    words = forms.words(row.report)
    context = _context(row, 2) | {
        "fault": fault,
        "asked": [] if fault else found.questions,
        "columns": forms.columns(found),
        "decision": forms.decision(found),
        "day": forms.day(found),
        "order": found.mapping.get("date_order", ""),
        "events": found.mapping.get("one_row_an_event"),
        "headers": found.headers,
        "sheets": found.sheets,
        "sheet": found.sheet,
        "words": words,
        "unsettled": sum(1 for word in words if not word.answer),
        "meanings": forms.MEANINGS,
    }
    return answer(request, "governance/past/file.html", context, status=status)


def _count(request: HttpRequest, row: DecisionFile) -> None:
    """The first dry run; what the file leaves open is asked on the page that follows."""
    try:
        files.preview(by=actor_of(request), row=row)
    except MappingFault:
        pass
    except ImportFault as fault:
        messages.error(request, str(fault))


def past_start(request: HttpRequest, ref: str, past_id: UUID) -> HttpResponse:
    """Store its events as last counted; a worker does it."""
    row = _row_of(request, ref, past_id)
    try:
        job = files.start(by=actor_of(request), file_id=row.id)
    except Refused as refused:
        messages.error(request, " ".join(reason.text for reason in refused.reasons))
    else:
        transaction.on_commit(lambda: nudge(job.id), robust=True)
    return done(request, _address(row))


def past_progress(request: HttpRequest, ref: str, past_id: UUID) -> HttpResponse:
    """What the page polls each second; leads to the result when there is one."""
    row = _row_of(request, ref, past_id)
    if row.state != DecisionFile.RUNNING:
        return done(request, _address(row))
    return answer(
        request, "governance/past/running.html", _context(row, 3) | {"job": jobs.newest(files.KIND, row.id)}, part="bar"
    )


def _row_of(request: HttpRequest, ref: str, past_id: UUID) -> DecisionFile:
    use_case = use_case_of(request, ref)
    row = DecisionFile.objects.filter(use_case=use_case, id=past_id).first()
    if row is None:
        raise NotVisible
    row.use_case = use_case
    return row


def _address(row: DecisionFile) -> str:
    return reverse("past_file", args=[row.use_case.key, row.id])


def _frame(use_case: Any, at: int) -> dict[str, Any]:
    return {
        "use_case": use_case,
        "portfolio": use_case.portfolio,
        "tabs": tabs(use_case, "use_case_feedback"),
        "steps": steps(_STEPS, at),
    }


def _context(row: DecisionFile, at: int) -> dict[str, Any]:
    found = row.report
    skipped = found.get("skipped", [])
    times = [datetime.fromisoformat(moment) for moment in found.get("between", [])]
    first = [
        one | {"on": datetime.fromisoformat(one.get("decision_at") or one["suggestion_at"])}
        for one in found.get("first", [])
        if "suggestion_at" in one
    ]
    return _frame(row.use_case, at) | {
        "row": row,
        "found": found,
        "actions": [
            (name, found["actions"][name]) for name in (*ACTIONS, "undecided") if name in found.get("actions", {})
        ],
        "times": times,
        "first": first,
        "skipped": skipped[:SHOWN],
        "skipped_count": len(skipped),
        "address": _address(row),
    }
