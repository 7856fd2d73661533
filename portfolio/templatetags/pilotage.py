"""Which tags and filters do page writers have? Components take values only; docs/design.md lists them with examples."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portfolio import figures, formats, icons
from portfolio.tones import tone_of

register = template.Library()

# ----------------------------------------------------------------- status and icons


@register.simple_tag
def icon(name: str, small: bool = False, cls: str = "") -> SafeString:
    """{% icon "clock" %}, {% icon "check" small=True %}: a name of portfolio/icons.py or any lucide name."""
    return icons.icon(str(name), bool(small), str(cls))


@register.simple_tag
def pill(code: str, text: str = "", large: bool = False, icon: str = "") -> SafeString:
    """{% pill "at_risk" %}, {% pill "waiting" "waiting for Nadia Osei" %}: shape, word and colour by code."""
    look = tone_of(code)
    return format_html(
        '<span class="pill{}" data-s="{}">{}{}</span>',
        " pill-lg" if large else "",
        look.tone,
        icons.icon(icon or look.icon, True),
        text or look.words,
    )


@register.simple_tag
def state(code: str, text: str = "", icon: str = "") -> SafeString:
    """{% state "inside" %}: like a pill without its box, for table cells."""
    look = tone_of(code)
    return format_html(
        '<span class="state" data-s="{}">{}<span>{}</span></span>',
        look.tone,
        icons.icon(icon or look.icon, True),
        text or look.words,
    )


@register.filter
def tone(code: str) -> str:
    """{{ code|tone }}: go, warn, stop or idle, for data-s."""
    return tone_of(code).tone


# ----------------------------------------------------------------- small figures

for _figure in (
    figures.slots, figures.readiness, figures.interval, figures.spark, figures.share, figures.reach,
    figures.signal, figures.before_after, figures.legend,
):  # fmt: skip
    register.simple_tag(_figure)


# ----------------------------------------------------------------- money, numbers, time


@register.filter
def money(amount: Decimal | float | None, currency: str = "EUR") -> str:
    """{{ value.p50|money:portfolio.currency }}: €1.15m, "not known" for None."""
    return formats.money(amount, currency)


@register.filter
def money_full(amount: Decimal | float | None, currency: str = "EUR") -> str:
    """{{ cost|money_full:"GBP" }}: £1,150,000."""
    return formats.money_full(amount, currency)


@register.filter
def number(value: float | None, places: int = 0) -> str:
    """{{ count|number }}: 1,240."""
    return formats.number(value, places)


@register.filter
def percent(share: float | None, places: int = 0) -> str:
    """{{ 0.207|percent:1 }}: 20.7 %."""
    return formats.percent(share, places)


@register.filter
def days(count: int | None) -> str:
    """{{ 7|days }}: 7 days."""
    return formats.days(count)


def _date(value: date | datetime | None) -> date | None:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def day(value: date | datetime | None, today: date | None = None) -> str:
    """{{ due_on|day }}: 7 Dec, or 7 Dec 2027 in another year, in <time>; "no date" for None."""
    if (on := _date(value)) is None:
        return "no date"
    return format_html(
        '<time datetime="{}">{}</time>',
        on.isoformat(),
        formats.day(on, today or timezone.localdate()),
    )


@register.filter
def weekday(value: date | datetime | None, today: date | None = None) -> str:
    """{{ due_on|weekday }}: Mon 7 Dec."""
    if (on := _date(value)) is None:
        return "no date"
    return format_html(
        '<time datetime="{}">{}</time>',
        on.isoformat(),
        formats.weekday(on, today or timezone.localdate()),
    )


@register.filter
def moment(value: datetime | None) -> str:
    """{{ entry.at|moment }}: today, 09:10 or Fri 20 Nov, 15:42, in the reader's time zone."""
    if value is None:
        return "never"
    at = timezone.localtime(value)
    return format_html(
        '<time datetime="{}">{}</time>',
        at.isoformat(),
        formats.moment(at, timezone.localtime()),
    )


# ----------------------------------------------------------------- parts of a page


@register.simple_block_tag
def panel(
    content: str,
    title: str,
    key: str,
    note: str = "",
    foot: str = "",
    flush: bool = False,
    cls: str = "",
) -> SafeString:
    """{% panel "Warnings" "warnings" note="5, with causes" flush=True %}…{% endpanel %}.

    `key` is unique on the page; `note` stands right in the head, `foot` below; `flush` leaves out the padding.
    `note` and `foot` may be safe HTML made by a tag or `{% partial %}`.
    """
    right = note if isinstance(note, SafeString) and note.lstrip().startswith("<") else _p(note)
    body = content if flush else format_html('<div class="panel-body">{}</div>', content)
    return format_html(
        '<section class="panel{}" id="{}" aria-labelledby="{}-h"><div class="panel-head"><h2 id="{}-h">{}</h2>{}</div>{}{}</section>',
        f" {cls}" if cls else "",
        key,
        key,
        key,
        title,
        right,
        body,
        format_html('<p class="panel-foot">{}</p>', foot) if foot else "",
    )


def _p(words: str) -> SafeString:
    return format_html("<p>{}</p>", words) if words else SafeString("")


@register.simple_block_tag
def notice(content: str, code: str = "warn", live: bool = False) -> SafeString:
    """{% notice "warn" %}…{% endnotice %}: a box with the icon of a code; `live` for the answer to an act."""
    look = tone_of(code)
    return format_html(
        '<div class="notice" data-s="{}"{}>{}<div>{}</div></div>',
        look.tone,
        SafeString(' role="status"') if live else "",
        icons.icon(look.icon),
        content,
    )


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, label: str = "", hint: str = "") -> dict[str, Any]:
    """{% field form.reason %}: label, help, error and control of any bound field."""
    kind = getattr(bound.field.widget, "input_type", "")
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "check": kind == "checkbox" and not bound.use_fieldset,
        "hidden": bound.is_hidden,
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: Any, title: str = "Please look at these") -> dict[str, Any]:
    """{% error_summary form %}: every error with a link to its field; takes the focus after a refused form."""
    named = [(form[name], errors) for name, errors in form.errors.items() if name in form.fields]
    return {"fields": named, "general": form.non_field_errors(), "title": title}


@register.inclusion_tag("components/empty.html")
def empty(
    title: str,
    text: str = "",
    url: str = "",
    action: str = "",
    icon: str = "inbox",
    level: int = 2,
) -> dict[str, Any]:
    """{% empty "No pilots yet" "Why it is empty." url action="Add the first pilot" %}."""
    return {
        "title": title,
        "text": text,
        "url": url,
        "action": action,
        "icon": icon,
        "level": level,
    }


@register.inclusion_tag("components/reasons.html")
def reasons(items: Iterable[Any], title: str = "This was refused; nothing was changed") -> dict[str, Any]:
    """{% reasons refused.reasons %}: the list of {code, text, subject} of a refusal, all of them."""
    return {"items": list(items), "title": title}


@register.inclusion_tag("components/entry.html")
def entry(icon: str, text: str, at: datetime | None, who: str = "") -> dict[str, Any]:
    """{% entry "edit" "moved the rehearsal from 4 to 2 Dec" at who="Daniel Roth" %} inside <ol class="activity">."""
    return {"icon": icon, "text": text, "at": at, "who": who}


@register.inclusion_tag("components/confirm.html", takes_context=True)
def confirm(
    context: Mapping[str, Any],
    key: str,
    title: str,
    text: str,
    action: str,
    button: str,
    danger: bool = False,
) -> dict[str, Any]:
    """{% confirm "stop-42" "Stop this pilot?" "It cannot be undone." url "Stop it" danger=True %}.

    Open it with <button type="button" command="show-modal" commandfor="stop-42">.
    """
    return {
        "key": key, "title": title, "text": text, "action": action, "button": button, "danger": danger,
        "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


@register.inclusion_tag("components/pages.html")
def pages(previous: str = "", next: str = "", text: str = "") -> dict[str, Any]:
    """{% pages previous=url next=url text="101 to 200" %}: links to the neighbouring pages of a list."""
    return {"previous": previous, "next": next, "text": text}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: str = "Use case") -> dict[str, Any]:
    """{% tabs items %}: items are {url, label, current}."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/crumbs.html")
def crumbs(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """{% crumbs items %}: items are {url, label}, the page itself left out."""
    return {"items": items}


@register.filter
def undo_url(message: Any) -> str:
    """The address of a message's Undo, from extra_tags "undo:/items/7/reopen/"; only paths of this site."""
    for tag in (getattr(message, "extra_tags", "") or "").split():
        address = tag.removeprefix("undo:")
        if address != tag and address.startswith("/") and not address.startswith("//"):
            return address
    return ""
