"""Blocking items: own, date, add, close, accept all proposals, waive; and mine across a portfolio."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import sweep
from governance.forms.readiness import KIND_WORDS, AskWaiver, ItemForm, ManyItems
from governance.queries.my_items import SHOWN, my_items
from governance.views import readiness
from governance.views.frame import answer, done, form_page, may, onward, portfolio_of, use_case_of
from portfolio.access.identity import actor_of
from portfolio.models import UseCase
from portfolio.rules import Conflict, NotVisible, Refused
from readiness.actions import items as actions
from readiness.models import BlockingItem


def _context(use_case: UseCase, title: str, button: str) -> dict[str, Any]:
    back = reverse("readiness", args=[use_case.key])
    return {"use_case": use_case, "title": title, "button": button, "back": back,
            "crumbs": [{"url": back, "label": use_case.key}]}  # fmt: skip


def _items(request: HttpRequest, use_case: UseCase) -> str:
    """Back to the items. Without the fragment for htmx: a browser that only scrolls would show the page as it was."""
    url = reverse("readiness", args=[use_case.key])
    return url if request.htmx else f"{url}#items"  # type: ignore[attr-defined]


def _item(request: HttpRequest, ref: str, item_id: Any) -> tuple[UseCase, BlockingItem]:
    use_case = use_case_of(request, ref)
    found = BlockingItem.objects.visible_to(actor_of(request)).filter(use_case=use_case, id=item_id).first()
    if found is None:
        raise NotVisible
    return use_case, found


def add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add an item by hand."""
    use_case = use_case_of(request, ref)
    form = ItemForm(request.POST or None, use_case=use_case)
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            made = actions.add(by=actor_of(request), use_case_id=use_case.id, item=actions.NewItem(**said))
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"“{made.text}” was added.")
            return done(request, _items(request, use_case))
    return form_page(request, _context(use_case, "Add an item", "Add") | {"form": form})


def edit(request: HttpRequest, ref: str, item_id: Any) -> HttpResponse:
    """Owner and due date in place; 409 with both values when somebody changed them meanwhile."""
    use_case, item = _item(request, ref, item_id)
    initial = {name: getattr(item, name) for name in ("text", "kind", "owner", "due_on", "waits_on", "version")}
    if item.owner is None:
        initial["owner"] = item.proposed_owner
    if item.due_on is None:
        initial["due_on"] = item.proposed_due_on
    form = ItemForm(request.POST or None, initial=initial, use_case=use_case, item=item)
    context = _context(use_case, item.text, "Save") | {
        "form": form,
        "item": item,
        "about": "governance/_about_item.html",
    }
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        version = said.pop("version")
        was = item.due_on
        try:
            actions.edit(by=actor_of(request), item_id=item.id, version=version, **said)
        except Refused as refused:
            form.refuse(refused)
        except Conflict as conflict:
            context |= {"theirs": conflict.present, "mine": said}
            form.data = form.data.copy()
            form.data["version"] = conflict.present.version  # saving again keeps mine, knowingly
            response = form_page(request, context)
            response.status_code = 409
            return response
        else:
            moved = f" moved to {said['due_on']:%-d %b}" if said["due_on"] and said["due_on"] != was else " was saved"
            messages.success(request, f"“{item.text}”{moved}.")
            return done(request, _items(request, use_case))
    return form_page(request, context)


def accept_proposals(request: HttpRequest, ref: str) -> HttpResponse:
    """Every proposed owner and date in one click."""
    use_case = use_case_of(request, ref)
    count = actions.accept_proposals(by=actor_of(request), use_case_id=use_case.id)
    messages.success(request, f"{count} item{'s have' if count != 1 else ' has'} an owner and a date now.")
    return done(request, _items(request, use_case))


def close(request: HttpRequest, ref: str, item_id: Any) -> HttpResponse:
    """Close a manual item; posting again reopens it (undo)."""
    use_case, item = _item(request, ref, item_id)
    try:
        if item.closed_on is None:
            actions.close(by=actor_of(request), item_id=item.id)
            undo = reverse("item_close", args=[use_case.key, item.id])
            messages.success(request, f"“{item.text}” is closed.", extra_tags=f"undo:{undo}")
        else:
            actions.reopen(by=actor_of(request), item_id=item.id)
            messages.success(request, f"“{item.text}” is open again.")
    except Refused as refused:
        return readiness.shown(request, ref, refused.reasons)
    return done(request, _items(request, use_case))


def waiver(request: HttpRequest, ref: str, item_id: Any) -> HttpResponse:
    """Ask that it may pass for a time."""
    use_case, item = _item(request, ref, item_id)
    form = AskWaiver(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_waiver(by=actor_of(request), item_id=item.id, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "The waiver is asked for; another person approves it.")
            return done(request, _items(request, use_case))
    return form_page(request, _context(use_case, f"Waiver: {item.text}", "Ask for it") | {"form": form})


def waive(request: HttpRequest, ref: str, item_id: Any) -> HttpResponse:
    """Approve a waiver that somebody else asked for."""
    use_case, item = _item(request, ref, item_id)
    try:
        found = actions.waive(by=actor_of(request), item_id=item.id)
    except Refused as refused:
        return readiness.shown(request, ref, refused.reasons)
    messages.success(request, f"“{item.text}” may pass until {found.until_on:%-d %b %Y}.")
    return onward(request, use_case.portfolio.slug, _items(request, use_case))


def waiver_end(request: HttpRequest, ref: str, item_id: Any) -> HttpResponse:
    """Take back a waiver that was asked for; end one that was approved (a leader's act)."""
    use_case, item = _item(request, ref, item_id)
    if actions.end_waiver(by=actor_of(request), item_id=item.id):
        messages.success(request, f"“{item.text}” blocks again.")
    return done(request, _items(request, use_case))


def mine(request: HttpRequest, slug: str) -> HttpResponse:
    """The reader's open items, what waits for nobody, or all; overdue first. Chosen ones change together."""
    return _mine_page(request, slug, None)


def many(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the chosen items an owner or a due date: all or none."""
    portfolio = portfolio_of(request, slug)
    form = ManyItems(request.POST, portfolio=portfolio)
    if not form.is_valid():
        return _mine_page(request, slug, form)
    try:
        changed = actions.edit_many(
            by=actor_of(request), portfolio_id=portfolio.id, item_ids=form.cleaned_data["items"], **form.said()
        )
    except Refused as refused:
        form.refuse(refused)
        return _mine_page(request, slug, form)
    messages.success(request, f"{changed} item{'s were' if changed != 1 else ' was'} changed.")
    return done(request, f"{reverse('my_items', args=[slug])}?of={form.cleaned_data['of']}")


def _mine_page(request: HttpRequest, slug: str, form: ManyItems | None) -> HttpResponse:
    portfolio = portfolio_of(request, slug)
    sweep.settle_portfolio(portfolio.id)
    of = (form.data if form else request.GET).get("of", "mine")
    found = my_items(actor_of(request), portfolio, of if of in SHOWN else "mine")
    return answer(request, "governance/my_items.html", {
        "portfolio": portfolio, "kinds": KIND_WORDS, "found": found, "may": may(request, "item.edit"),
        "form": form or ManyItems(portfolio=portfolio),
        "chosen": set(form.data.getlist("items")) if form else set(),
    }, status=422 if form else 200)  # fmt: skip
