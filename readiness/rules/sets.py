"""Which questions does a lane ask, what does a good answer look like, and who accepts it?

A question set is data with versions; a version in use is never edited. The four questions stand in fixed words; a set
asks them as they are (fast) or in parts under them (standard, high-impact).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from readiness.forecast.curves import STARTING_MEDIANS

QUESTIONS = {
    1: "What are we building?",
    2: "Where does the data come from?",
    3: "When is it ready for production?",
    4: "What will we monitor once it is live?",
}
SEATS = (
    "sponsor",
    "lead",
    "benefit_owner",
    "finance_partner",
    "overseer",
    "leader",
)  # leader: any leader of the portfolio
DRAFTS = ("", "register", "needs", "hypothesis", "monitoring")  # what a first draft is written from
ALWAYS_DRAFTED = (
    "register",
    "hypothesis",
    "monitoring",
)  # these are filled before the gate anyway; data needs may be none
MOST_PARTS = 60
# What a team types from registering to "ready to decide", besides the parts: register and seats, adoption plan and
# role, hypothesis and its required costs, one complete signal; from standard on a conversation, support for the role,
# oversight. What is drafted from what is known is not asked twice, so it does not count. A test goes this way through
# the real pages and counts.
FIELDS_BESIDE = {"fast": 23, "standard": 34, "high-impact": 39}
MOST_FIELDS = {"fast": 25, "standard": 50}


class SetFault(ValueError):
    """A question set is not usable. `place` says where."""

    def __init__(self, place: str, text: str) -> None:
        self.place = place
        super().__init__(f"{place}: {text}")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to answer. `code` is the question's number, or number.part such as 4.2."""

    code: str
    text: str
    good: str
    bad: str
    accepter: str
    deputy: str = "leader"
    kind: str = "write"  # of the work that answers it: picks the starting curve
    required: bool = True
    evidence: bool = False  # an answer is clear only with evidence that has not expired
    draft: str = ""
    valid_days: int | None = None  # an accepted answer expires after so many days

    @property
    def question(self) -> int:
        return int(self.code.partition(".")[0])


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The parts that one version of a lane asks, in order."""

    lane: str
    version: int
    parts: tuple[Part, ...]

    def part(self, code: str) -> Part | None:
        return next((part for part in self.parts if part.code == code), None)

    def required(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.required)

    def watched(self) -> Part:
        """The part of question 4 that rests on the monitoring plan: clear only with a complete signal in it."""
        fourth = [part for part in self.required() if part.question == 4]
        return next((part for part in fourth if part.draft == "monitoring"), fourth[0])

    def required_fields(self) -> int:
        """How many fields a team must fill up to the gate: governance must not become the purgatory."""
        needed = self.required()
        drafted = {part.draft for part in needed if part.draft in ALWAYS_DRAFTED}  # each draft answers one part
        return FIELDS_BESIDE.get(self.lane, 0) + len(needed) - len(drafted) + sum(part.evidence for part in needed)


_TEXTS = {"code": 10, "text": 300, "good": 2000, "bad": 2000, "accepter": 20, "deputy": 20, "kind": 20, "draft": 20}
_FLAGS = ("required", "evidence")


def parse(data: Any, lane: str, version: int = 1) -> QuestionSet:
    """A question set from plain data: {"parts": [{…}]}. Raises `SetFault` naming the first unusable place."""
    if not isinstance(data, Mapping) or not isinstance(data.get("parts"), list):
        raise SetFault("parts", "A question set is a mapping with a list of parts.")
    unknown = sorted(set(map(str, data)) - {"lane", "version", "questions", "parts"})
    if unknown:
        raise SetFault(unknown[0], "There is no such field.")
    if not 1 <= len(data["parts"]) <= MOST_PARTS:
        raise SetFault("parts", f"A set has 1 to {MOST_PARTS} parts.")
    parts = tuple(_part(row, f"parts/{index}") for index, row in enumerate(data["parts"]))
    codes = [part.code for part in parts]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            raise SetFault(f"parts/{index}/code", f"{code} occurs twice.")
    for number, text in QUESTIONS.items():
        if not any(part.question == number and part.required for part in parts):
            raise SetFault("parts", f"Question {number} ({text}) needs at least one required part.")
    found = QuestionSet(lane, version, parts)
    most = MOST_FIELDS.get(lane)
    if most is not None and found.required_fields() > most:
        raise SetFault("parts", f"{found.required_fields()} required fields; the {lane} lane asks at most {most}.")
    return found


def _part(row: Any, place: str) -> Part:
    if not isinstance(row, Mapping):
        raise SetFault(place, "A part is a mapping.")
    known = {field.name for field in fields(Part)}
    for name in row:
        if name not in known:
            raise SetFault(f"{place}/{name}", "There is no such field.")
    for name in ("code", "text", "good", "bad", "accepter"):
        if not row.get(name):
            raise SetFault(f"{place}/{name}", "This is needed.")
    for name, most in _TEXTS.items():
        if name in row and (not isinstance(row[name], str) or len(row[name]) > most or "\x00" in row[name]):
            raise SetFault(f"{place}/{name}", f"This is a text of at most {most} characters; write it in quotes.")
    for name in _FLAGS:
        if name in row and not isinstance(row[name], bool):
            raise SetFault(f"{place}/{name}", "This is true or false.")
    days = row.get("valid_days")
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 3650):
        raise SetFault(f"{place}/valid_days", "This is a number of days from 1 to 3650.")
    number, dot, rest = row["code"].partition(".")
    if number not in ("1", "2", "3", "4") or (dot and not (rest.isascii() and rest.isdigit())):
        raise SetFault(f"{place}/code", "A code is 1 to 4, or such as 4.2.")
    for name, allowed in (("accepter", SEATS), ("deputy", SEATS), ("kind", STARTING_MEDIANS), ("draft", DRAFTS)):
        if name in row and row[name] not in allowed:
            raise SetFault(f"{place}/{name}", f"This is one of {', '.join(filter(None, allowed))}.")
    part = Part(**row)
    if part.code.isdigit() and part.text != QUESTIONS[part.question]:
        raise SetFault(f"{place}/text", f"Question {part.code} reads: {QUESTIONS[part.question]}")
    return part


def plain(found: QuestionSet) -> dict[str, Any]:
    """The set as it is stored and exported; `parse` reads it back to an equal one."""
    return {
        "lane": found.lane,
        "version": found.version,
        "questions": dict(QUESTIONS),
        "parts": content(found)["parts"],
    }


def content(found: QuestionSet) -> dict[str, Any]:
    """Only what a version holds: the parts, with what differs from the defaults."""
    defaults = {field.name: field.default for field in fields(Part)}
    return {
        "parts": [
            {name: value for name, value in asdict(part).items() if value != defaults[name]} for part in found.parts
        ]
    }


@dataclass(frozen=True, slots=True)
class Changed:
    """What moving a use case from one version to another means. `keeps` are answers that stay valid."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    reworded: tuple[str, ...]  # asks something else, or wants evidence now: to be accepted again
    keeps: tuple[str, ...]


def compare(old: QuestionSet, new: QuestionSet) -> Changed:
    """The codes that differ. An answer stays valid where code, text and evidence stay."""
    before, after = {p.code: p for p in old.parts}, {p.code: p for p in new.parts}
    both = [code for code in after if code in before]
    same = [
        code
        for code in both
        if after[code].text == before[code].text and (before[code].evidence or not after[code].evidence)
    ]
    return Changed(
        tuple(code for code in after if code not in before),
        tuple(code for code in before if code not in after),
        tuple(code for code in both if code not in same),
        tuple(same),
    )
