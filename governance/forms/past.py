"""How does a person answer what a file of past decisions left open: which column, what a word means, which day?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from feedback.actions.files import Found
from feedback.importing.mapping import UNKNOWN
from feedback.shapes import ACTIONS
from governance.forms.imports import Word

MOST_WORDS = 40  # words asked about; more than that is a wrong column
KEPT = "="  # a select that leaves what a program mapped as it is
# field → its label, and what an empty one means
FIELDS = {
    "case": ("Case", "each row is a case"),
    "summary": ("What the AI suggested", "not in the file"),
    "decided_at": ("When it was decided", "not in the file"),
    "suggested_at": ("When it was suggested", "as when decided"),
    "at": ("Any other time", "not in the file"),
    "reason": ("Reason", "not in the file"),
    "segment": ("Segment", "not in the file"),
    "model": ("Model", "not in the file"),
    "confidence": ("Confidence, 0 to 1", "not in the file"),
    "correct": ("Was the AI right?", "not in the file"),
    "value": ("Value of the outcome", "not in the file"),
    "note": ("Note", "not in the file"),
}
MEANINGS = [(action, action) for action in ACTIONS] + [("none", "not decided")]


@dataclass(frozen=True)
class Column:
    """One of our fields: the header chosen, a few of its cells, what is said when there is none."""

    name: str
    label: str
    header: str
    examples: tuple[str, ...]
    missing: str
    kept: str  # what a program mapped otherwise, in words; then `header` is KEPT


@dataclass(frozen=True)
class Decision:
    """Where the decision stands: `how` ∈ words, compare, kept."""

    how: str
    column: str
    advice: str
    different: str


def columns(found: Found) -> list[Column]:
    """One line a field, in the order of `FIELDS`."""
    lines = []
    for name, (label, missing) in FIELDS.items():
        said = found.mapping.get(name)
        header = said if isinstance(said, str) else ""
        kept = _in_words(said) if isinstance(said, dict) and not said.get("row") and not _day(name, said) else ""
        lines.append(
            Column(name, label, KEPT if kept else header, tuple(found.examples.get(header, ())), missing, kept)
        )
    return lines


def _in_words(said: Mapping[str, Any]) -> str:
    if "value" in said:
        return f"always “{said['value']}”"
    return " and ".join(map(str, said.get("columns") or [said.get("column", "")]))


def _day(name: str, said: Any) -> str:
    """The day that counts for all rows; "" where the file tells the time."""
    return str(said["value"])[:10] if name == "at" and isinstance(said, dict) and "value" in said else ""


def day(found: Found) -> str:
    return _day("at", found.mapping.get("at"))


def decision(found: Found) -> Decision:
    """How the decision is read now."""
    said = found.mapping.get("action")
    if isinstance(said, dict) and "different" in said:
        advice, column = said["columns"]
        return Decision("compare", column, advice, said["different"] or "overridden")
    if isinstance(said, dict) and ("values" in said or "value" in said or len(said.get("columns", [])) > 1):
        return Decision("kept", "", "", "overridden")
    column = said if isinstance(said, str) else (said or {}).get("column") or (said or {}).get("columns", [""])[0]
    advice = found.mapping.get("summary")
    return Decision("words", column, advice if isinstance(advice, str) else "", "overridden")


def words(report: Mapping[str, Any]) -> list[Word]:
    """The words of the decision, those nobody gave a meaning first, then the most frequent."""
    told = sorted(report.get("words", []), key=lambda one: one["means"] != UNKNOWN)
    return [
        Word(index, one["word"], one["rows"], "" if one["means"] == UNKNOWN else one["means"] or "none")
        for index, one in enumerate([one for one in told if one["word"]][:MOST_WORDS])
    ]


def answered(posted: QueryDict, found: Found) -> dict[str, Any]:
    """The whole mapping with what was posted; what a program mapped and nobody touched stays."""
    before = found.mapping
    said: dict[str, Any] = {name: before[name] for name in before if name not in FIELDS and name != "action"}
    for name in FIELDS:
        header = posted.get(f"column_{name}", "")
        if header == KEPT and name in before:
            said[name] = before[name]
        elif header in found.headers:
            said[name] = header
    said.setdefault("case", {"row": True})
    if (on := posted.get("day", "")[:10]) and "at" not in said:
        said["at"] = {"value": on}
    said.pop("date_order", None)
    if (order := posted.get("date_order", "")) in ("dmy", "mdy"):
        said["date_order"] = order
    if (action := _action(posted, found)) is not None:
        said["action"] = action
    return said


def _action(posted: QueryDict, found: Found) -> Any:
    how, column, before = posted.get("how"), posted.get("column_action", ""), found.mapping.get("action")
    if how == "kept":
        return before
    if column not in found.headers:
        return None
    advice, compared = posted.get("column_advice", ""), posted.get("how") == "compare"
    earlier = before if isinstance(before, dict) and before.get("columns", [before.get("column")])[-1] == column else {}
    means: dict[str, str | None] = dict(earlier.get("words") or {})
    for index in range(MOST_WORDS):
        word, answer = posted.get(f"word_{index}", "")[:200], posted.get(f"means_{index}", "")
        if word and (answer in ACTIONS or answer == "none"):
            means[word.casefold()] = None if answer == "none" else answer
    if compared and advice in found.headers:
        different = "modified" if posted.get("different") == "modified" else "overridden"
        said = {"columns": [advice, column], "same": "accepted", "different": different}
        return said | {"words": means} if means else said
    only = bool(earlier.get("only"))
    return {"column": column, "words": means, "only": only} if means or only else column
