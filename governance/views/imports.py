"""How does a spreadsheet become a portfolio in the browser? Upload, columns and stages, dry run, progress, undo."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.forms import imports as forms
from governance.views.frame import answer, done, portfolio_of, steps
from portfolio.access.identity import actor_of
from portfolio.actions import jobs, uploads
from portfolio.actions.undo_import import undo as take_back
from portfolio.importing.faults import ImportFault
from portfolio.models import ImportRun, UseCase
from portfolio.rules import NotVisible, Reason, Refused, Stage
from portfolio.tasks import nudge

SHOWN = 50  # skipped and reported rows on the page; the download has all
_STEPS = ("File", "Columns and stages", "Dry run", "Import")
_OPEN = (ImportRun.UPLOADED, ImportRun.PREVIEWED, ImportRun.FAILED)
_ANSWERABLE = ("no_title", "no_rows")  # faults of the answers so far: they are kept, and the next one mends them
_TITLES = {"columns": "Columns and stages", "dry-run": "Dry run", "running": "Importing", "done": "Imported"}


def imports(request: HttpRequest, slug: str) -> HttpResponse:
    """Upload a file; it is read at once, and nothing is written but the file."""
    portfolio = portfolio_of(request, slug)
    form = forms.Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and not request.POST and not request.FILES:
        form = forms.Upload({}, {})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = uploads.upload(by=actor_of(request), portfolio=portfolio, file=file, name=file.name or "")
        except ImportFault as fault:
            form.refuse(Refused([Reason(fault.code, str(fault), "file")]))
        else:
            return _look(request, run)
    context = {"portfolio": portfolio, "form": form, "runs": _runs(portfolio), "steps": steps(_STEPS, 1)}
    return answer(request, "governance/importing/upload.html", context, status=422 if form.is_bound else 200)


def _runs(portfolio: Any) -> list[ImportRun]:
    rows = ImportRun.objects.filter(portfolio=portfolio).select_related("made_by").order_by("-made_at")
    return list(rows.defer("mapping")[:10])


def one_import(request: HttpRequest, slug: str, run_id: UUID) -> HttpResponse:
    """Where this import is: its columns and stages, its dry run, its progress or its result."""
    run = _run_of(request, slug, run_id)
    if request.method == "POST":
        return _answered(request, run)
    if run.state == ImportRun.RUNNING:
        return _page(request, run, "running", {"job": jobs.newest(uploads.KIND, run.id)})
    if run.state not in _OPEN:
        return _page(
            request, run, "done", {"to_sort": UseCase.objects.filter(portfolio=run.portfolio).to_sort().count()}
        )
    if request.GET.get("step") == "dry-run" and run.state == ImportRun.PREVIEWED:
        return _page(request, run, "dry-run", {"fault": ""})
    return _columns(request, run)


def _columns(request: HttpRequest, run: ImportRun, fault: str = "") -> HttpResponse:
    try:
        found = uploads.look(run)
    except ImportFault as gone:
        context = {"fault": str(gone), "columns": [], "words": [], "gone": True}
        return _page(request, run, "columns", context, 422 if request.method == "POST" else 200)
    if "title" not in found.columns:
        fault = "No column for the title was found in this row. Choose it below, or another header row."
    context = {
        "fault": fault,
        "columns": forms.columns(found.columns),
        "sheets": found.sheets,
        "layout": forms.layout(run, found),
        "typed_row": request.POST.get("header_row", "") if fault else "",
        "headers": [header for header in dict.fromkeys(found.headers) if header],
        "words": forms.words(run),
        "guesses": forms.guesses(run),
        "answers": forms.ANSWERS,
        "unasked": max(len(run.report.get("unmapped_stages", {})) - forms.MOST_WORDS, 0),
        "stages": sorted(run.report.get("stages", {}).items(), key=lambda one: list(Stage).index(Stage(one[0]))),
    }
    return _page(request, run, "columns", context, 422 if request.method == "POST" else 200)


def _answered(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Keep the answers and count again; another sheet or header row is shown before anything else."""
    by, before = actor_of(request), forms.chosen(run)
    said: dict[str, Any] = {}
    try:
        said = forms.answered(request.POST, run, uploads.look(run))
        uploads.preview(by=by, run=run, **said)
    except ImportFault as fault:
        if said and fault.code in _ANSWERABLE:
            uploads.keep_answers(by=by, run=run, **said)
        return _columns(request, run, str(fault))
    except Refused:
        return done(request, _address(run))
    step = "" if "again" in request.POST or forms.chosen(run) != before else "?step=dry-run"
    return done(request, _address(run) + step)


def _look(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """The first dry run, with what is remembered of this kind of file."""
    try:
        uploads.preview(by=actor_of(request), run=run)
    except ImportFault as fault:
        messages.error(request, str(fault))
    return done(request, _address(run))


def start(request: HttpRequest, slug: str, run_id: UUID) -> HttpResponse:
    """Bring it in as last counted; a worker does it."""
    run = _run_of(request, slug, run_id)
    try:
        job = uploads.start(by=actor_of(request), run_id=run.id)
    except Refused as refused:
        messages.error(request, " ".join(reason.text for reason in refused.reasons))
    else:
        transaction.on_commit(lambda: nudge(job.id), robust=True)
    return done(request, _address(run))


def progress(request: HttpRequest, slug: str, run_id: UUID) -> HttpResponse:
    """What the page polls each second; leads to the result when there is one."""
    run = _run_of(request, slug, run_id)
    if run.state != ImportRun.RUNNING:
        return done(request, _address(run))
    return answer(
        request,
        "governance/importing/running.html",
        _context(run, "running") | {"job": jobs.newest(uploads.KIND, run.id)},
        part="bar",
    )


def undo(request: HttpRequest, slug: str, run_id: UUID) -> HttpResponse:
    """Take the whole import back; what people have built on stays and is named."""
    run = _run_of(request, slug, run_id)
    try:
        found = take_back(by=actor_of(request), run_id=run.id)
    except Refused as refused:
        messages.error(request, " ".join(reason.text for reason in refused.reasons))
    else:
        messages.success(request, f"The import was undone: {found['deleted']} taken out, {found['restored']} restored.")
    return done(request, _address(run))


def _run_of(request: HttpRequest, slug: str, run_id: UUID) -> ImportRun:
    portfolio = portfolio_of(request, slug)
    found = ImportRun.objects.filter(portfolio=portfolio, id=run_id).first()
    if found is None:
        raise NotVisible
    found.portfolio = portfolio
    return found


def _address(run: ImportRun) -> str:
    return reverse("import", args=[run.portfolio.slug, run.id])


def _context(run: ImportRun, at: str) -> dict[str, Any]:
    found = run.report
    skipped, reported = found.get("skipped", []), found.get("reported", [])
    pilots = found.get("stages", {}).get(Stage.PILOT, 0)
    return {
        "portfolio": run.portfolio,
        "run": run,
        "title": _TITLES[at],
        "steps": steps(_STEPS, {"columns": 2, "dry-run": 3, "running": 4, "done": 5}[at]),
        "found": found,
        "skipped": skipped[:SHOWN],
        "reported": reported[:SHOWN],
        "skipped_count": len(skipped),
        "reported_count": len(reported),
        "takes": found.get("created", 0) + found.get("updated", 0) + found.get("unchanged", 0),
        "pilots": pilots,
        "cap": run.portfolio.policy.pilot_cap,
        "address": _address(run),
        "undone": found.get("undone"),
    }


def _page(request: HttpRequest, run: ImportRun, at: str, more: dict[str, Any], status: int = 200) -> HttpResponse:
    return answer(request, f"governance/importing/{at.replace('-', '_')}.html", _context(run, at) | more, status=status)
