"""How does a person come in by a one-time link, and change what they prefer?"""

from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from people import actions
from people.forms import FirstPassword, Settings
from people.models import SignInLink


@dataclass(frozen=True)
class Oneself:
    """A person who changes their own row."""

    id: UUID | None
    kind: str = "person"


@never_cache
@sensitive_post_parameters()
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Set a password and come in. Looking at the page does not spend the link; a mail scanner may."""
    link = SignInLink.objects.with_token(token).open(timezone.now()).select_related("user").first()
    if link is None or not link.user.is_active:
        return render(request, "people/link_refused.html", status=410)
    form = FirstPassword(link.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.welcome(token=token, password=form.cleaned_data["new_password1"])
        except actions.LinkRefused:
            return render(request, "people/link_refused.html", status=410)
        if is_mfa_enabled(user):  # the link stands for the password only, never for the second factor
            return redirect("account_login")
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("home")
    context = {"form": form, "person": link.user}
    return render(request, "people/welcome.html", context, status=422 if form.is_bound else 200)


def own_settings(request: HttpRequest) -> HttpResponse:
    """Name, time zone, theme and shortcuts; password and second factor have pages of their own."""
    me = request.user
    form = Settings(request.POST or None, initial={name: getattr(me, name) for name in Settings.base_fields})
    if request.method == "POST" and form.is_valid():
        actions.change_settings(user_id=me.pk, by=Oneself(me.pk), **form.cleaned_data)
        messages.success(request, "Your settings are saved.")
        return redirect("own_settings")
    return render(request, "people/settings.html", {"form": form}, status=422 if form.is_bound else 200)
