"""How does a program, or a person without an account, hand in feedback? A token, a snippet, a green light, a link."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from feedback import limits
from feedback import page as pictures
from feedback.actions import frontline as actions
from governance.forms.feedback import FrontlineForm, LinkForm
from governance.views.frame import answer, done, form_page, may, use_case_of
from governance.views.readiness import tabs
from portfolio.access.fetch import seats_of
from portfolio.access.identity import actor_of
from portfolio.actions import tokens
from portfolio.models import Token, UseCase
from portfolio.rules import NotVisible, Refused

GREEN_FOR = timedelta(days=1)  # test events are kept so long
SCOPES = ["feedback:write", "feedback:test"]
_RIGHTS = ("token.manage", "feedback.link", "feedback.import")


def connect(request: HttpRequest, ref: str) -> HttpResponse:
    """Mint a token limited to this use case, show the snippet, wait for the test event."""
    use_case = use_case_of(request, ref)
    text = ""
    if request.method == "POST":
        token, text = tokens.create_token(
            by=actor_of(request), portfolio_id=use_case.portfolio_id, use_case_id=use_case.id,
            name=f"{use_case.key} feedback", scopes=SCOPES, days=tokens.MOST_DAYS,
        )  # fmt: skip
        del token
    context = _context(request, use_case) | {"text": text, "base": request.build_absolute_uri("/")[:-1]}
    response = answer(request, "governance/connect.html", context)
    if text:
        add_never_cache_headers(response)
    return response


def _context(request: HttpRequest, use_case: UseCase) -> dict[str, Any]:
    tested = pictures.last_test(use_case.id)
    return {
        "use_case": use_case,
        "portfolio": use_case.portfolio,
        "tabs": tabs(use_case, "use_case_feedback"),
        "may": may(request, *_RIGHTS, seats=seats_of(use_case)),
        "tested": tested if tested and tested > datetime.now(UTC) - GREEN_FOR else None,
        "last": pictures.last_event(use_case.id),
        "tokens": Token.objects.filter(use_case=use_case, revoked_at=None, expires_at__gt=datetime.now(UTC)).order_by(
            "-made_at"
        ),
        "links": use_case.frontline_links.filter(revoked_at=None),
    }


def light(request: HttpRequest, ref: str) -> HttpResponse:
    """The light alone, asked for while the page waits for the test event."""
    use_case = use_case_of(request, ref)
    return answer(request, "governance/connect.html", _context(request, use_case), part="light")


def token_revoke(request: HttpRequest, ref: str, lent_id: UUID) -> HttpResponse:
    """End a token of this use case."""
    use_case = use_case_of(request, ref)
    if not Token.objects.filter(use_case=use_case, id=lent_id).exists():
        raise NotVisible
    tokens.revoke_token(by=actor_of(request), token_id=lent_id)
    messages.success(request, "The token ended.")
    return done(request, reverse("use_case_connect", args=[use_case.key]))


def link_make(request: HttpRequest, ref: str) -> HttpResponse:
    """A link for the frontline; shown once."""
    use_case = use_case_of(request, ref)
    form = LinkForm(request.POST or None)
    back = reverse("use_case_connect", args=[use_case.key])
    if request.method == "POST" and form.is_valid():
        try:
            row, secret = actions.make_link(
                by=actor_of(request), use_case_id=use_case.id, name=form.cleaned_data["name"]
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            url = request.build_absolute_uri(reverse("frontline", args=[secret]))
            response = answer(request, "governance/link.html", {"use_case": use_case, "portfolio": use_case.portfolio,
                                                                "link": row, "url": url, "back": back})  # fmt: skip
            add_never_cache_headers(response)
            return response
    crumbs = [{"url": back, "label": "Connect"}]
    return form_page(request, {"form": form, "use_case": use_case, "title": "Frontline link", "button": "Make the link",
                               "back": back, "crumbs": crumbs})  # fmt: skip


def link_revoke(request: HttpRequest, ref: str, link_id: UUID) -> HttpResponse:
    """Take a link away."""
    use_case = use_case_of(request, ref)
    if not use_case.frontline_links.filter(id=link_id).exists():
        raise NotVisible
    actions.revoke_link(by=actor_of(request), link_id=link_id)
    messages.success(request, "The link ended.")
    return done(request, reverse("use_case_connect", args=[use_case.key]))


def frontline(request: HttpRequest, secret: str) -> HttpResponse:
    """The one screen, without an account: what the AI said, what I did, why."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    use_case = actions.open_link(secret[:64])
    if use_case is None:
        raise NotVisible
    if request.method == "POST":
        address = request.META.get("REMOTE_ADDR", "")
        seconds = limits.wait(limits.FRONTLINE, f"{use_case.id} {address}") or limits.wait(
            limits.FRONTLINE_ALL, str(use_case.id)
        )
        form = FrontlineForm(request.POST)
        if seconds:  # what was typed stays on the screen
            response = _screen(request, use_case, form, wait=seconds, status=429)
            response["Retry-After"] = str(seconds)
            return response
        if form.is_valid():
            actions.tell(use_case, **form.cleaned_data)
            return _screen(request, use_case, FrontlineForm.fresh(), thanks=True)
        return _screen(request, use_case, form, status=422)
    return _screen(request, use_case, FrontlineForm.fresh())


def _screen(
    request: HttpRequest,
    use_case: UseCase,
    form: FrontlineForm,
    *,
    thanks: bool = False,
    wait: int = 0,
    status: int = 200,
) -> HttpResponse:
    context = {"use_case": use_case, "form": form, "thanks": thanks, "wait": wait}
    response = render(request, "governance/frontline.html", context, status=status)
    add_never_cache_headers(response)
    return response
