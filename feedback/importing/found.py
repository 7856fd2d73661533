"""What would a person take each column for? A mapping proposed from headers and from what the columns hold.

The decision is the dangerous one: "rejected" may be the fate of the claim or what became of the model's advice. So a
suggestion and a decision that share their words, or are both numbers, are compared; words that could mean either are
asked about unless the column also holds one that can only be about the suggestion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feedback.importing import same, times
from feedback.importing.mapping import EVENT_FIELDS, TIMES, MappingFault
from feedback.importing.words import HEADERS, SURE
from portfolio.importing import values
from portfolio.importing.columns import by_words, header_words

THRESHOLD = 0.5
MANY = 12  # different numbers: an amount that is adjusted rather than a class that is chosen
_PLAIN = ("subject", "segment", "reason", "note", "model", "value", "confidence", "summary")
_RANK = tuple(HEADERS)


@dataclass(frozen=True)
class Question:
    """What a person must say, or should know. `code` ∈ no_action, unsure_words, no_time, each_row; `must` blocks."""

    code: str
    text: str
    must: bool = False


@dataclass(frozen=True)
class Proposal:
    """A mapping as JSON (`mapping.of` reads it) and what it leaves open."""

    mapping: dict[str, Any]
    questions: tuple[Question, ...] = ()

    def settled(self) -> dict[str, Any]:
        """The mapping. Raises `MappingFault` when a person has to say something first."""
        for one in self.questions:
            if one.must:
                raise MappingFault(one.text, "action" if one.code == "no_action" else "at")
        return self.mapping


def propose(headers: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> Proposal:
    """Read the headers, and some rows below them, as a person would."""
    known = {header.strip().lower().replace(" ", "_"): header for header in headers if header}
    if {"type", "at"} <= set(known) and {"case", "exception", "signal"} & set(known):
        named = {name: known[name] for name in EVENT_FIELDS if name in known}
        return Proposal({"one_row_an_event": True} | named)
    columns = {
        header: [text for row in sample if index < len(row) and not same.is_blank(text := row[index])]
        for index, header in enumerate(headers)
        if header
    }
    matched = _matched(columns)
    said: dict[str, Any] = {name: matched[name] for name in (*_PLAIN, *TIMES) if name in matched}
    asked: list[Question] = []
    if "case" in matched:
        said["case"] = matched["case"]
    else:
        said["case"] = {"row": True}
        asked.append(Question("each_row", "No column names the case, so each row is one: known again only from this very file."))  # fmt: skip
    _times(said, columns, matched, asked)
    _action(said, columns, matched, asked)
    _correct(said, columns, matched)
    return Proposal(said, tuple(asked))


def _matched(columns: dict[str, list[str]]) -> dict[str, str]:
    """Field → header: the best pairs first, each column once."""
    ranked = sorted(
        (
            (-score, _RANK.index(name), place, header)
            for place, (header, cells) in enumerate(columns.items())
            for name, known in HEADERS.items()
            if (words := header_words(header[:300])) and (score := _score(name, by_words(words, known), cells)) >= THRESHOLD
        )
    )  # fmt: skip
    found: dict[str, str] = {}
    for _, rank, _, header in ranked:
        if _RANK[rank] not in found and header not in found.values():
            found[_RANK[rank]] = header
    return found


def _score(name: str, score: float, cells: list[str]) -> float:
    """The header's score, corrected by what the column holds."""
    if not score or not cells:
        return score
    kinds = {values.fold(cell) for cell in cells}
    if name in TIMES:
        looks = sum(map(times.looks_like_time, cells[:50])) / len(cells[:50])
        serial = all(times.Clock().read(cell) for cell in cells[:50])
        return score - 0.6 * (looks < 0.5 and not serial)
    match name:
        case "case":
            return score - 0.5 * (len(cells) > 5 and len(kinds) < 0.9 * len(cells))
        case "confidence":
            return score - 0.6 * any(_share(cell) is None for cell in cells)
        case "correct":
            return score - 0.6 * any(values.boolean(cell) is None for cell in cells)
        case "value":
            return score - 0.6 * any(not values.is_number(cell) for cell in cells)
        case "action":
            wordy = sum(map(len, cells)) / len(cells) > 60
            return score - 0.6 * (wordy or times.looks_like_time(cells[0]))
    return score


def _share(cell: str) -> float | None:
    said = same.numbers(cell)
    number = float(min(said)) / (100 if "%" in cell else 1) if said else -1.0
    return number if 0 <= number <= 1 else None


def _times(said: dict[str, Any], columns: dict[str, list[str]], matched: dict[str, str], asked: list[Question]) -> None:
    """A column of times where no header says so; else the day must be told."""
    if any(name in said for name in ("at", "suggested_at", "decided_at")):
        return
    for header, cells in columns.items():
        if header not in matched.values() and len(cells) > 2 and all(map(times.looks_like_time, cells[:50])):
            said["at"] = header
            return
    asked.append(Question("no_time", "No column says when: name it, or give the day that counts for all rows.", True))


def _action(
    said: dict[str, Any], columns: dict[str, list[str]], matched: dict[str, str], asked: list[Question]
) -> None:
    decision, advice = matched.get("action"), matched.get("summary")
    if decision is None:
        asked.append(Question("no_action", "No column says the action: what did people decide?", True))
        return
    if advice and comparable(columns[advice], columns[decision]):
        amounts = len({values.fold(cell) for cell in columns[decision]}) > MANY
        said["action"] = {
            "columns": [advice, decision], "same": "accepted", "different": "modified" if amounts else "overridden",
        }  # fmt: skip
        return
    words = {values.fold(cell) for cell in columns[decision]}
    if not words or any(SURE.get(word) for word in words):
        said["action"] = decision
        return
    said["action"] = {"column": decision, "words": {word: None for word in words if word in SURE}, "only": True}
    asked.append(Question("unsure_words", "The words of the decision may be about the case or about the suggestion: say what each means."))  # fmt: skip


def _correct(said: dict[str, Any], columns: dict[str, list[str]], matched: dict[str, str]) -> None:
    """Was the model right? A column that says so, or the truth in the suggestion's own words; never two amounts."""
    if "correct" in matched:
        said["correct"] = matched["correct"]
        return
    advice, truth = matched.get("summary"), matched.get("truth")
    if not advice or not truth or not comparable(columns[advice], columns[truth]):
        return
    if len({values.fold(cell) for cell in columns[truth]}) <= MANY:
        said["correct"] = {"columns": [advice, truth], "same": True, "different": False}


def comparable(advice: Sequence[str], decision: Sequence[str]) -> bool:
    """Do two columns speak one language: both numbers, or values of the one among those of the other?"""
    if not advice or not decision:
        return False
    if all(map(values.is_number, advice)) and all(map(values.is_number, decision)):
        return True
    first, second = set(map(same.key, advice)), set(map(same.key, decision))
    smaller = min(len(first), len(second))
    return len(first & second) >= max(1, 0.5 * smaller)
