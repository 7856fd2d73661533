"""What does a row change in a use case we have? Three-way: what the file says, what it said last time, what stands there.

A file never blanks a fact, never moves a stage, and never overwrites what a person wrote since the last import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portfolio.importing.rows import Row

FACTS = (
    "title", "problem", "organisation", "external_id", "business_outcome", "tags", "running_since", "real_users",
    "sponsor_name",
)  # fmt: skip


@dataclass(frozen=True)
class Merged:
    """`changes`: field → new value. `kept`: fields where a person's value stands against the file's."""

    changes: dict[str, Any]
    kept: tuple[str, ...]


def told(row: Row) -> dict[str, Any]:
    """The facts that the row states, by field; a made-up title is not one."""
    facts = {name: row.facts[name] for name in FACTS if name in row.facts}
    return facts if row.untitled else {"title": row.title} | facts


def merge(said: Mapping[str, Any], last: Mapping[str, Any], present: Mapping[str, Any]) -> Merged:
    """`said`: the file now; `last`: what the newest import of this use case said; `present`: what stands there."""
    changes, kept = {}, []
    for name, value in said.items():
        now = present[name]
        if now == value:
            continue
        never_filled = name not in last and now in ("", None, [])
        if never_filled or (name in last and now == last[name]):
            changes[name] = value
        else:
            kept.append(name)
    return Merged(changes, tuple(kept))


def to_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON keeps them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def from_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same facts back."""
    found = dict(facts)
    if found.get("running_since"):
        found["running_since"] = date.fromisoformat(found["running_since"])
    return found
