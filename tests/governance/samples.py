"""What does a rule get to see in a test? Facts and items with everything said, changed by name."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from governance.rules.facts import Facts, Item, OpenRequest
from portfolio.rules import Severity, Stage, Verb

TODAY = date(2026, 6, 15)
ANA, BEN, DORA = (UUID(int=number) for number in (1, 2, 3))
USE_CASE, PORTFOLIO = UUID(int=10), UUID(int=20)


def day(days: int) -> date:
    """So many days from today."""
    return TODAY + timedelta(days=days)


def facts(**changes: Any) -> Facts:
    """A proposed use case that select would let through."""
    return Facts(
        **{
            "on": TODAY, "use_case_id": USE_CASE, "portfolio_id": PORTFOLIO, "key": "UC-7", "title": "Letters",
            "stage": Stage.PROPOSED, "stage_since_on": day(-20), "success_statement": True, "why_ai": True,
            "stop_criterion": True, "sponsor_id": ANA, "lead_id": BEN,
        } | changes
    )  # fmt: skip


def item(code: str = "no_owner", **changes: Any) -> Item:
    """An open hard item without owner and due date."""
    key = ("portfolio", code, changes.pop("subject", ""))
    return Item(**{"key": key, "severity": Severity.HARD, "kind": "decide", "text": f"Open: {code}."} | changes)


def asked(author: UUID = BEN, kind: Verb = Verb.GO) -> OpenRequest:
    return OpenRequest(UUID(int=99), kind, author, day(-3))
