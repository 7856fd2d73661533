"""Tell the demo's people's side: plan, roles as they were over weeks, conversations, support, oversight, the work."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from adoption import actions
from adoption.models import RoleCount
from adoption.rules import MadeBy, Mode
from people.models import User
from portfolio.access.identity import person
from portfolio.actions import use_cases
from portfolio.models import UseCase
from portfolio.rules import SYSTEM

type People = Mapping[str, User]


def story() -> dict[str, Any]:
    """The people's side by the title of its use case."""
    return yaml.safe_load((Path(__file__).parent / "people.yaml").read_text())


def tell(told: dict[str, Any], use_case: UseCase, users: People) -> None:
    """Everything said of one use case; days are counted back from today."""
    today = use_case.portfolio.today()
    key: dict[str, Any] = {"by": person(users["helena"]), "use_case_id": use_case.id}
    plan = told["plan"]
    first_on = today + timedelta(days=plan["from"])
    actions.start_plan(**key, owner=users[plan["owner"]], first_on=first_on)
    for row in told.get("roles", ()):
        _role(key, row, users)
    for row in told.get("heard", ()):
        by = person(users[row["by"]])
        on = today - timedelta(days=row["ago"])
        actions.log_engagement(
            use_case_id=use_case.id, by=by, on=on, who=row["who"], heard=row["heard"], changed=row.get("changed", "")
        )
    if "oversight" in told:
        row = told["oversight"]
        if use_case.overseer_id is None and "overseer" in row:
            use_cases.edit(by=SYSTEM, use_case_id=use_case.id, overseer=users[row["overseer"]])
        actions.set_oversight(
            **key, mode=Mode(row["mode"]), cover=users[row["cover"]] if "cover" in row else None, stop_authority=True,
            competence=row["competence"], review_days=row["days"], reviewed_on=today - timedelta(days=row["ago"]),
        )  # fmt: skip
    for text, made_by, answers, objection in told.get("work", ()):
        actions.set_work(**key, text=text, made_by=MadeBy(made_by), answers=answers, objection=objection)


def _role(key: dict[str, Any], row: dict[str, Any], users: People) -> None:
    """One role with its support, and its numbers of earlier weeks."""
    made = actions.set_role(
        **key, name=row["name"], headcount=row["of"], reached=row["reached"], using=row["using"],
        reason=row.get("reason", ""),
    )  # fmt: skip
    today = made.use_case.portfolio.today()
    RoleCount.objects.bulk_create(
        RoleCount(role=made, on=today - timedelta(days=ago), headcount=row["of"], reached=reached, using=using)
        for ago, reached, using in row.get("before", ())
    )
    for text, owner, due in row.get("support", ()):
        actions.add_support(**key, role=made, text=text, owner=users[owner], due_on=today + timedelta(days=due))
