"""What does the component gallery show? Invented values, one of every state; no request, no database."""

from datetime import date, datetime, timedelta
from math import sin
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message

from portfolio.tones import TONES

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 12, tzinfo=ZoneInfo("UTC"))


class PauseForm(forms.Form):
    """A form with every kind of field."""

    reason = forms.CharField(
        help_text="The lead is told in these words.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    review_on = forms.DateField(label="Review on", widget=forms.DateInput(attrs={"type": "date"}))
    owner = forms.ChoiceField(choices=[("", "Choose a person"), ("1", "Daniel Roth"), ("2", "Mira Solberg")])
    lane = forms.ChoiceField(
        choices=[("fast", "Fast"), ("standard", "Standard"), ("high", "High-impact")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(required=False)
    tell = forms.BooleanField(label="Tell the sponsor too", required=False)


def _pilots() -> list[dict[str, Any]]:
    rows = [
        ("Claims triage assistant", "Claims", "Priya Raman", "standard", 80, 520, 1150, 11, 15, 5, 0, (7, 12), (18, 12), (21, 12), "on_course", "run", "Worth the most of those on course; a fallback rehearsal is all that stands before the date."),
        ("Policy answers for agents", "Customer service", "Lena Fischer", "standard", 210, 460, 730, 12, 15, 3, 0, (14, 12), (28, 12), (15, 1), "on_course", "run", "On course, and worth more than any pilot below the line that has a date."),
        ("Invoice matching", "Finance", "Tom Okafor", "fast", 190, 310, 420, 4, 4, 0, 0, (24, 11), (25, 11), (4, 12), "ready", "run", "Nothing blocks it: a go on Friday frees its slot in two weeks."),
        ("Fraud signal ranking", "Investigations", "Marek Dvořák", "high-impact", 110, 640, 1480, 9, 22, 7, 2, (9, 3), (20, 5), (12, 2), "at_risk", "pause", "85 % sure only 14 weeks late, held by a data agreement 47 days open; the first to resume."),
        ("Broker email intake", "Underwriting", "Aisha Bello", "standard", 40, 220, 430, 8, 15, 5, 1, (21, 1), (12, 3), (29, 1), "at_risk", "pause", "At risk by 6 weeks, and worth half of the least one kept."),
        ("Renewal risk scores", "Retention", "Jonas Weber", "standard", None, None, None, 3, 15, 6, 0, None, None, (12, 2), "no_date", "pause", "No date can be given, and three cost categories are not estimated."),
        ("HR policy chatbot", "People", "Inês Costa", "fast", 5, 30, 55, 3, 4, 1, 0, (10, 12), (22, 12), (8, 1), "on_course", "pause", "On course, but worth a tenth of the least one kept."),
        ("Marketing copy drafts", "Brand", "Zoë Lind", "fast", -30, 15, 60, 2, 4, 2, 1, (2, 12), (12, 1), (30, 10), "stop_advised", "stop", "Past its date since 30 Oct, 171 days in pilot, no sponsor, as likely as not to earn nothing."),
    ]  # fmt: skip

    def on(pair: tuple[int, int] | None) -> date | None:
        return None if pair is None else date(2027 if pair[1] < 10 else 2026, pair[1], pair[0])

    names = [
        "name",
        "unit",
        "lead",
        "lane",
        "p10",
        "p50",
        "p90",
        "clear",
        "required",
        "open",
        "overdue",
        "d50",
        "d85",
        "agreed",
        "status",
        "choice",
        "reason",
    ]
    pilots = []
    for number, row in enumerate(rows, 1):
        pilot: dict[str, Any] = dict(zip(names, row, strict=True), number=number)
        pilot |= {key: on(pilot[key]) for key in ("d50", "d85", "agreed")}
        pilot |= {key: None if pilot[key] is None else pilot[key] * 1000 for key in ("p10", "p50", "p90")}
        pilots.append(pilot)
    return pilots


def _override_days() -> list[tuple[date, float | None, float | None, float | None, float | None]]:
    days = []
    for k in range(84):
        middle = 0.155 if k < 36 else 0.12 + max(k - 56, 0) * 0.003
        window = middle + 0.006 * sin(k / 5)
        known = k >= 13
        days.append(
            (
                date(2026, 8, 31) + timedelta(days=k),
                None if k % 7 == 6 else window + 0.04 * sin(k * 2.3),
                window if known else None,
                window - 0.012 if known else None,
                window + 0.012 if known else None,
            )
        )
    return days


def examples() -> dict[str, Any]:
    """The context of templates/gallery.html."""
    pilots = _pilots()
    refused = PauseForm(
        {"reason": "", "review_on": "", "owner": "", "lane": "fast"},
        auto_id="refused_%s",
    )
    refused.is_valid()
    valued = [p for p in pilots if p["p50"] is not None]
    return {
        "today": TODAY,
        "now": NOW,
        "tones": [(code, look) for code, look in TONES.items() if look.words],
        "pilots": {choice: [p for p in pilots if p["choice"] == choice] for choice in ("run", "pause", "stop")},
        "points": [
            (p["name"], p["name"].split()[0], p["clear"] / p["required"], p["p10"], p["p50"], p["p90"], p["choice"])
            for p in valued
        ],
        "dates": [
            (p["name"], p["agreed"], p["d50"], p["d85"], "" if p["d50"] else "No date: 2 items without owner") for p in pilots
        ],
        "forecast": (date(2026, 12, 7), date(2026, 12, 18), date(2027, 1, 5)),
        "agreed": date(2026, 12, 21),
        "baseline": [41.8, 40.6, 42.9, 39.7, 41.2, 43.1, 40.2, 38.9],
        "readings": [38.4, 35.9, 34.1, None, 31.2, 30.4],
        "checks": [(30, True), (60, False), (90, False)],
        "override_days": _override_days(),
        "band": (0.08, 0.18),
        "alarms": [(date(2026, 11, 3), "Alarm, 3 Nov")],
        "lessons": [(date(2026, 10, 6), "Taught, 6 Oct")],
        "trend": [3, 4, 4, None, 6, 7, 6, 9],
        "scale": (0, 0.4),
        "form": PauseForm(initial={"lane": "standard"}),
        "refused": refused,
        "reasons": [
            {"code": "pilot_cap", "text": "3 of 3 slots are taken.", "subject": None},
            {"code": "no_success_statement", "text": "Success is not yet stated in business terms.", "subject": None},
        ],
        "tabs": [
            {"url": "#", "label": name, "current": name == "Readiness"}
            for name in ("Overview", "Readiness", "ROI", "Data", "Feedback", "People", "History")
        ],
        "crumbs": [{"url": "#", "label": "Board"}, {"url": "#", "label": "Claims"}],
        "messages": [
            Message(constants.SUCCESS, "Due date of “Drift watch written” moved to 30 Nov", extra_tags="undo:/undo/7/")
        ],
        "results": [
            {"url": "#", "label": "Claims triage assistant", "hint": "use case", "icon": "usecase"},
            {"url": "#", "label": "Classify letters", "hint": "use case", "icon": "usecase"},
        ],
        "shell": SimpleNamespace(
            user=SimpleNamespace(name="Helena Brandt", email="helena@norwell.example"),
            portfolio=SimpleNamespace(name="Norwell Insurance", slug="norwell"),
            portfolios=[
                SimpleNamespace(slug="norwell", name="Norwell Insurance", slots_taken=8, cap=3, pilots=8),
                SimpleNamespace(slug="lab", name="Innovation lab", slots_taken=1, cap=3, pilots=1),
            ],
            nav=[
                SimpleNamespace(url="#", icon=icon, label=label, count=count, current=label == "Board")
                for icon, label, count in (
                    ("board", "Board", None), ("usecase", "Use cases", 23), ("items", "My items", 3),
                    ("calendar", "Go/no-go dates", 7), ("decision", "Decision log", None), ("data", "Data map", None),
                    ("exceptions", "Exceptions", 4),
                )
            ],
            saved_views=[SimpleNamespace(url="#", label="Overdue items", count=4)],
            theme="",
            can=SimpleNamespace(),
        ),
    }  # fmt: skip
