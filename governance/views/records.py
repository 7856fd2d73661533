"""What was decided and written down, and is the record whole?"""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse

from governance.models import Decision
from governance.queries import decisions as queries
from governance.queries import filters as addresses
from governance.queries.timeline import lines
from governance.views.frame import answer, may, portfolio_of
from ledger import export
from ledger.models import Checkpoint, Entry, Head
from ledger.queries import verified
from portfolio.access.fetch import route_verb
from portfolio.access.identity import actor_of
from portfolio.access.table import require
from portfolio.models import Portfolio
from portfolio.rules import NotVisible


def decisions(request: HttpRequest, slug: str) -> HttpResponse:
    """The decision log: newest first, with the figures frozen when it was decided."""
    portfolio = portfolio_of(request, slug)
    filters = addresses.parse(request.GET, ())
    more = {"filters": filters, "page": queries.log(portfolio, filters), "owed": queries.owed(portfolio)}
    return answer(request, "governance/decisions.html", _ledger(request, portfolio) | more)


def decision(request: HttpRequest, decision_id: Any) -> HttpResponse:
    """One decision with its snapshot, what it superseded, and what changed since."""
    by = actor_of(request)
    found = (
        Decision.objects.visible_to(by)
        .select_related("portfolio", "use_case", "decided_by", "request__author", "supersedes", "undoes")
        .filter(id=decision_id, portfolio__archived_at=None)
        .first()
    )
    if found is None:
        raise NotVisible
    require(by, route_verb(request), found.portfolio_id)
    request.portfolio = found.portfolio  # type: ignore[attr-defined]
    context = {
        "portfolio": found.portfolio,
        "decision": found,
        "later": found.superseded_by.first(),
        "undone": Decision.objects.filter(undoes=found).first(),
        "conditions": found.conditions.select_related("owner", "met_by"),
        "changed": queries.changed_since(found),
        "today": found.portfolio.today(),
        "crumbs": [{"url": reverse("decisions", args=[found.portfolio.slug]), "label": "Decision log"}],
    }
    return answer(request, "governance/decision.html", context)


def ledger(request: HttpRequest, slug: str) -> HttpResponse:
    """The lines of the portfolio's chain, newest first."""
    portfolio = portfolio_of(request, slug)
    filters = addresses.parse(request.GET, ())
    rows = Entry.objects.filter(chain_id=portfolio.id).order_by("-seq")
    page = filters.paged(list(rows[filters.window]))
    context = _ledger(request, portfolio) | {"page": page, "lines": lines(page.rows, with_subjects=True)}
    return answer(request, "governance/ledger.html", context | {"filters": filters})


def verify(request: HttpRequest, slug: str) -> HttpResponse:
    """Read the whole chain again and say whether it is unaltered. Changes nothing."""
    portfolio = portfolio_of(request, slug)
    context = _ledger(request, portfolio) | {"report": verified(portfolio.id)}
    if request.htmx:  # type: ignore[attr-defined]
        return answer(request, "governance/ledger.html", context, part="chain")
    rows = Entry.objects.filter(chain_id=portfolio.id).order_by("-seq")
    filters = addresses.Filters()
    page = filters.paged(list(rows[filters.window]))
    more = {"page": page, "lines": lines(page.rows, with_subjects=True), "filters": filters}
    return answer(request, "governance/ledger.html", context | more)


def export_ledger(request: HttpRequest, slug: str) -> FileResponse:
    """The chain as a file that `tools/verify_ledger.py` proves without this program."""
    portfolio = portfolio_of(request, slug)
    return FileResponse(
        export.spooled(portfolio.id),
        as_attachment=True,
        filename=f"ledger-{portfolio.slug}.jsonl",
        content_type="application/jsonl; charset=utf-8",
    )


def _ledger(request: HttpRequest, portfolio: Portfolio) -> dict[str, Any]:
    head = Head.objects.filter(chain_id=portfolio.id).first()
    return {
        "portfolio": portfolio,
        "head": head,
        "head_hash": bytes(head.entry_hash).hex() if head else "",
        "checkpoint": Checkpoint.objects.filter(chain_id=portfolio.id).order_by("-seq").first(),
        "may": may(request, "ledger.verify", "ledger.export"),
        "today": portfolio.today(),
    }
