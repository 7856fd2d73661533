"""Which column holds which of our facts? Proposed by the words in its header and, for the stage, by its values."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from portfolio.importing.stages import share_known
from portfolio.importing.values import folded, is_nothing

# field → phrases in order of preference. A header equal to one scores highest; one that contains it scores less.
PHRASES: dict[str, tuple[str, ...]] = {
    "title": (
        "use case name", "name of use case", "ai use case name", "use case title", "title", "name", "tool name", "ai use case",
        "use case", "use case id name", "project name", "pilot name", "initiative", "initiative name", "solution name", "system name",
        "project", "pilot", "anwendungsfall", "titel", "bezeichnung", "projektname", "nom", "intitule", "titre", "cas d usage",
        "nom du projet", "nombre", "titulo",
    ),
    "external_id": (
        "use case id", "use case identifier", "id", "identifier", "external id", "reference", "ref", "key", "number", "no", "nr",
        "use case number", "record id", "kennung", "identifiant", "uid", "code", "inventory id",
    ),
    "stage": (
        "stage of development", "development stage", "stage", "current stage of development", "status", "phase", "lifecycle stage",
        "life cycle stage", "project status", "deployment status", "current phase", "maturity", "state", "lebenszyklus", "stand",
        "etape", "statut", "stade", "estado", "fase",
    ),
    "problem": (
        "problem solved", "problem", "what problem is the ai intended to solve", "problem description", "description", "purpose",
        "intended purpose", "what is the intended purpose and expected benefits of the ai", "intended purpose and expected benefits",
        "what is the intended purpose", "summary", "use case description", "use case summary", "objective", "business problem",
        "beschreibung", "zweck", "problemstellung", "descripcion", "objectif", "but", "finalite",
    ),
    "organisation": (
        "agency name", "agency", "department", "organisation", "organization", "publishing body", "business unit", "division",
        "lead organisation name", "owner organisation", "company", "ministry", "unit", "team", "area", "function", "bureau",
        "bureau component", "abteilung", "bereich", "organisationseinheit", "direction", "service", "ministere", "organismo",
    ),
    "unit": ("agency bureau", "bureau", "bureau component", "bureau component office", "component", "office", "sub agency", "subunit"),
    "business_outcome": (
        "benefits", "expected benefits", "benefit description", "what are the expected benefits", "benefit", "business outcome",
        "expected value", "expected impact", "business value", "outcome", "nutzen", "benefice", "beneficios",
    ),
    "tags": (
        "topic area", "use case topic area", "topic", "category", "tags", "domain", "theme", "primary sector", "sector",
        "mission area", "kategorie", "thema", "domaine", "thematique",
    ),
    "running_since": (
        "operational date", "operation date", "date when ai use case became operational", "date implemented", "start date",
        "started", "go live date", "live since", "running since", "since", "pilot start", "start", "launch date", "startdatum",
        "beginn", "date de debut", "fecha de inicio",
    ),
    "real_users": (
        "number of users", "users", "estimated of licenses users", "licenses users", "active users", "user count", "nutzer",
        "anzahl nutzer", "utilisateurs", "usuarios",
    ),
    "sponsor_name": ("sponsor", "executive sponsor", "business sponsor", "business owner", "sponsor name", "auftraggeber", "commanditaire"),
}  # fmt: skip

# Words in a header that say it is about something else than the phrase it contains.
_OTHERWISE: dict[str, tuple[str, ...]] = {
    "title": ("vendor", "agency", "bureau", "file", "contact", "product", "id of", "organisation", "organization", "user", "which",
              "public facing", "demographic", "procurement", "lead", "owner"),
    "external_id": ("vendor", "contract", "procurement", "hisp", "identity", "country", "postal", "zip", "geo"),
    "stage": ("date", "authority", "united", "reporting", "ato", "impact", "testing", "monitoring", "assessment", "statement", "public"),
    "problem": ("data", "output", "variable", "vendor", "training", "mitigation", "justification", "service", "code", "how"),
    "organisation": ("abbreviation", "code", "category", "url", "hisp", "email", "description", "data", "service provider"),
    "business_outcome": ("data", "date", "hisp"),
    "tags": ("other", "data", "url"),
    "running_since": ("retired", "end", "initiated", "acquisition"),
    "real_users": ("facing", "training", "feedback", "email", "appeal"),
    "unit": (),
    "sponsor_name": ("email",),
}  # fmt: skip

_ENOUGH = 40  # points below which a column stays unmapped; see `_score`
_SAMPLE = 200  # rows looked at
_CORE = ("title", "external_id", "stage")  # settled before the rest


@dataclass(frozen=True)
class Proposal:
    """One field's column: its index, its header, how sure (0–100) and a few examples."""

    field: str
    index: int
    header: str
    score: int
    examples: tuple[str, ...]


def propose(
    headers: Sequence[str], sample: Sequence[Sequence[str]], mapping: dict[str, str | None] | None = None
) -> dict[str, Proposal]:
    """field → its column. `mapping` (field → header, or None for "leave it out") wins over what is proposed.

    Each column is used once, except that one column may be both id and title ("Use Case ID/Name").
    """
    given = mapping or {}
    columns = {
        index: [row[index] if index < len(row) else "" for row in sample[:_SAMPLE]] for index in range(len(headers))
    }
    found: dict[str, Proposal] = {}
    used: set[int] = set()
    for field, header in given.items():
        index = named(headers, header) if header else None
        if index is not None:
            found[field] = Proposal(field, index, headers[index], 100, _examples(columns[index]))
            used.add(index)
    open_fields = [field for field in PHRASES if field not in given]
    ranked = sorted(
        (
            (-_score(field, header, columns[index]), field not in _CORE, index, field)
            for field in open_fields
            for index, header in enumerate(headers)
        ),
    )
    for negative, _, index, field in ranked:
        if -negative < _ENOUGH or field in found or index in used:
            continue
        found[field] = Proposal(field, index, headers[index], min(-negative, 100), _examples(columns[index]))
        used.add(index)
    if "stage" not in found and "stage" not in given:
        _by_values(headers, columns, used, found)
    return found


def named(headers: Sequence[str], wanted: str) -> int | None:
    """The column with this header, letter for letter first, then folded."""
    for same in (lambda header: header == wanted, lambda header: folded(header) == folded(wanted)):
        for index, header in enumerate(headers):
            if same(header):
                return index
    return None


def _score(field: str, header: str, cells: Sequence[str]) -> int:
    """0–100: how likely this column holds the field. The phrase counts most, an empty column almost nothing."""
    said = folded(header)
    if not said:
        return 0
    best = 0
    words = said.split()
    for order, phrase in enumerate(PHRASES[field]):
        nuance, length = min(order, 18), len(phrase.split())
        if said == phrase:
            best = max(best, 100 - nuance)
        elif f" {phrase} " in f" {said} " and (length >= 3 or length * 4 >= len(words)):
            # A long question that merely mentions a word is about something else.
            best = max(best, (74 if said.startswith(f"{phrase} ") else 58) - nuance)
    if best and best < 80 and any(word.startswith(other) for word in words for other in _OTHERWISE[field]):
        best -= 40
    if not best:
        return 0
    filled = [cell for cell in cells if not is_nothing(cell)]
    if cells and not filled:
        best -= 25
    return best + _nature(field, filled)


def _nature(field: str, filled: Sequence[str]) -> int:
    """What the cells say for or against the header: few different words for a stage, unlike ones for an id."""
    if not filled:
        return 0
    different = len(set(filled)) / len(filled)
    length = sum(map(len, filled)) / len(filled)
    if field == "stage":
        known = share_known(list(filled))
        if known >= 0.5:
            return 12
        return -45 if different > 0.5 and len(filled) > 6 else -6
    if field == "external_id":
        return -40 if length > 60 or (different < 0.5 and len(filled) > 6) else 6
    if field == "title":
        return -30 if (different < 0.3 and len(filled) > 10) or length > 300 else 4
    if field in ("organisation", "unit", "tags"):
        return -30 if length > 120 else 0
    return 0


def _by_values(
    headers: Sequence[str], columns: dict[int, list[str]], used: set[int], found: dict[str, Proposal]
) -> None:
    """A column whose cells are stage words is the stage column, whatever its header says."""
    for index, cells in columns.items():
        filled = [cell for cell in cells if not is_nothing(cell)]
        if index in used or len(filled) < 3 or len(set(filled)) > 12:
            continue
        commonest = Counter(filled).most_common(1)[0][1]
        if share_known(filled) >= 0.8 and commonest > 1:
            found["stage"] = Proposal("stage", index, headers[index], 60, _examples(cells))
            return


def _examples(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell[:120] for cell in cells if cell))[:3]
