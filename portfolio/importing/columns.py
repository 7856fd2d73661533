"""Which column of the file is which field of a use case?

A header scores by the words of `column_words`, its values may raise or lower that (`profiles`), the best pairs win,
each column once. Below the threshold a column stays unmapped and is kept as extra: nothing is guessed wildly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from portfolio.importing import values
from portfolio.importing.column_words import FIELDS, YES_NO_OPENERS, FieldWords
from portfolio.importing.faults import ImportFault
from portfolio.importing.profiles import Profile, profile

THRESHOLD: Final = 0.5
FIELD_NAMES: Final = tuple(FIELDS)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W_]+")
# "USDA-001: Repair Spend": an id with a digit, a mark, the name.
ID_AND_NAME: Final = re.compile(r"^\s*([^\W_][\w./#-]{0,30}?\d[\w./-]{0,12})\s*(?:[:|–—]|\s-)\s*(\S.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """One field found in one column (0-based `index`); `how` ∈ header, values, combined, chosen; `score` 0 to 1."""

    field: str
    column: str
    index: int
    score: float
    how: str
    examples: tuple[str, ...]


def header_words(header: str) -> tuple[str, ...]:
    """Folded words without brackets; plural s off: "Vendor(s) Name" → vendor name, "have_ato" → have ato."""
    text = re.sub(r"(?<=\w)\(s\)", "s", _CAMEL.sub(" ", header)).replace("&", " and ").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", _BRACKETS.sub(" ", text) if _BRACKETS.sub("", text).strip() else text)
    folded = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return tuple(_singular(word) for word in _WORD.findall(re.sub(r"['’]s\b", "", folded)))


@lru_cache(maxsize=4096)
def header_scores(header: str) -> Mapping[str, float]:
    """Field → score (0 to 1) by the words of the header alone."""
    words = header_words(header[:600])
    return {field: score for field, known in FIELDS.items() if (score := by_words(words, known)) > 0} if words else {}


def best_header_score(header: str) -> float:
    return max(header_scores(header).values(), default=0.0)


def propose(
    headers: Sequence[str],
    sample: Sequence[Sequence[str]],
    chosen: Mapping[str, str | None] | None = None,
) -> dict[str, ColumnMatch]:
    """Field → column. `sample` holds rows below the header; `chosen` (field → header, or None) overrides.

    Raises ImportFault `unknown_column` for a choice that does not fit the file.
    """
    profiles = [profile([row[i] if i < len(row) else "" for row in sample]) for i in range(len(headers))]
    matches = _chosen(headers, profiles, chosen or {})
    taken = {match.index for match in matches.values()}
    settled = set(matches) | set(chosen or {})
    ranked = sorted(
        (
            (score, -FIELD_NAMES.index(field), -index, how)
            for index, header in enumerate(headers)
            if index not in taken and (header or profiles[index].filled)
            for field, score, how in _scores(header, profiles[index])
            if field not in settled and score >= THRESHOLD
        ),
        reverse=True,
    )
    for score, field_rank, index_rank, how in ranked:
        field, index = FIELD_NAMES[-field_rank], -index_rank
        if field not in settled and index not in taken:
            matches[field] = ColumnMatch(
                field, headers[index], index, min(round(score, 2), 1.0), how, profiles[index].examples
            )
            settled.add(field)
            taken.add(index)
    _fallbacks(matches, headers, profiles, sample, set(chosen or {}))
    return {field: matches[field] for field in FIELD_NAMES if field in matches}


def _fallbacks(
    matches: dict[str, ColumnMatch],
    headers: Sequence[str],
    profiles: Sequence[Profile],
    sample: Sequence[Sequence[str]],
    settled: set[str],
) -> None:
    if "title" not in matches and "title" not in settled:
        taken = {match.index for match in matches.values()}
        for index, kind in enumerate(profiles):
            if index not in taken and _reads_as_title(kind) and best_header_score(headers[index]) < THRESHOLD:
                matches["title"] = ColumnMatch("title", headers[index], index, THRESHOLD, "values", kind.examples)
                break
    if "organisation" not in matches and "organisation" not in settled and "unit" in matches and "unit" not in settled:
        unit = matches.pop("unit")  # the only level there is
        matches["organisation"] = ColumnMatch(
            "organisation", unit.column, unit.index, unit.score, unit.how, unit.examples
        )
    title = matches.get("title")
    if title and "external_id" not in matches and "external_id" not in settled and _is_combined(title, sample):
        matches["external_id"] = ColumnMatch(
            "external_id", title.column, title.index, title.score, "combined", title.examples
        )


def _is_combined(title: ColumnMatch, sample: Sequence[Sequence[str]]) -> bool:
    """Does one column hold "ID: Name"? Its header must say so and four of five cells must look so."""
    words = set(header_words(title.column))
    if not (words & {"id", "identifier", "number", "ref", "reference", "nr"}) or len(words) < 2:
        return False
    cells = [row[title.index] for row in sample if title.index < len(row) and row[title.index].strip()]
    return bool(cells) and sum(1 for cell in cells if ID_AND_NAME.match(cell)) >= 0.8 * len(cells)


def _chosen(
    headers: Sequence[str], profiles: Sequence[Profile], chosen: Mapping[str, str | None]
) -> dict[str, ColumnMatch]:
    indices = {field: index_of(headers, name) for field, name in chosen.items() if name}
    return {
        field: ColumnMatch(field, headers[index], index, 1.0, "chosen", profiles[index].examples)
        for field, index in indices.items()
    }


def index_of(headers: Sequence[str], name: str) -> int:
    """The 0-based column with this header, compared as people read it. Raises ImportFault `unknown_column`."""
    wanted = values.fold(name)
    for index, header in enumerate(headers):
        if values.fold(header) == wanted:
            return index
    raise ImportFault("unknown_column", f'The file has no column "{values.one_line(name)[:100]}".')


def by_words(words: tuple[str, ...], known: FieldWords) -> float:
    whole = " ".join(words)
    if whole in known.exact:
        return known.exact[whole]
    present = set(words)
    if known.never & present or (words[0] in YES_NO_OPENERS and len(words) > 3):
        return 0.0
    return max(
        (r.score for r in known.rules if len(words) <= r.words and all(group & present for group in r.groups)),
        default=0.0,
    )


def _scores(header: str, kind: Profile) -> list[tuple[str, float, str]]:
    by_header = header_scores(header)
    found = [(field, _adjusted(field, score, kind), "header") for field, score in by_header.items()]
    if "stage" not in by_header and kind.filled >= 3 and kind.distinct <= 12 and kind.stages >= 0.6:
        words = set(header_words(header))
        if kind.stage_kinds >= 2 and not (words & FIELDS["stage"].never):
            found.append(("stage", 0.5 + 0.2 * kind.stages, "values"))
    return found


def _adjusted(field: str, score: float, kind: Profile) -> float:
    """The header's score, corrected by what the column holds. The steps are judgements, tried on public registers."""
    if kind.filled == 0:
        return score - 0.15
    odd = max(kind.emails, kind.urls, kind.dates, kind.numbers, kind.yes_no) > 0.5
    many = kind.filled > 5
    match field:
        case "title":
            return score - 0.6 * odd - 0.3 * (kind.mean_length > 300) - 0.35 * (kind.filled > 20 and kind.unique < 0.2)
        case "external_id":
            wrong = kind.mean_length > 60 or max(kind.emails, kind.urls) > 0.5 or (many and kind.unique < 0.5)
            return score - 0.5 * wrong - 0.5 * (score < 0.7 and (kind.counts_up or kind.numbers < 0.1 > kind.unique))
        case "stage":
            if odd or (many and kind.distinct > 40) or kind.mean_length > 400:
                return score - 0.6
            return score + 0.2 * kind.stages - 0.25 * (kind.stages == 0 and score < 0.8)
        case "problem" | "business_outcome":
            return score - 0.6 * odd - 0.3 * (kind.mean_length < 12 and many)
        case "organisation" | "unit":
            return score - 0.6 * (odd or kind.json > 0.5) - 0.5 * (kind.mean_length > 150)
        case "sponsor_name":
            wrong = max(kind.dates, kind.numbers, kind.yes_no) > 0.5 or kind.mean_length > 120
            return score - 0.6 * wrong - 0.3 * (kind.urls > 0.5)
        case "running_since":
            return score - 0.6 * (kind.dates < 0.3)
        case "real_users":
            return score - 0.6 * (kind.counts < 0.5)
        case _:  # tags
            return score - 0.5 * odd - 0.5 * (kind.mean_length > 150)


def _reads_as_title(kind: Profile) -> bool:
    odd = max(kind.emails, kind.urls, kind.dates, kind.numbers, kind.yes_no, kind.stages, kind.json)
    return kind.filled > 0 and odd < 0.2 and kind.unique >= 0.9 and 8 <= kind.mean_length <= 120


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
