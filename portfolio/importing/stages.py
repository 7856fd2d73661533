"""Which of our stages does somebody else's word mean? What is not surely known is asked about, never guessed."""

import re

from portfolio.importing.values import folded
from portfolio.rules import Stage

# Folded words → stage. Whole value first, then the longest that the value starts with.
_WORDS: dict[str, Stage] = {
    word: stage
    for stage, words in {
        Stage.PROPOSED: (
            "proposed", "proposal", "idea", "ideation", "ideen", "idee", "concept", "konzept", "backlog", "planned", "planning",
            "planification", "geplant", "in planung", "en projet", "prevu", "requested", "intake", "initiated", "initiation",
            "exploration", "exploring", "discovery", "scoping", "under consideration", "candidate", "pre deployment",
            "predeployment", "in development", "development", "under development", "in entwicklung", "entwicklung",
            "en developpement", "development and acquisition", "acquisition and or development", "acquisition and development",
            "acquisition", "design", "not started", "new", "vorgeschlagen", "propose",
        ),
        Stage.PILOT: (
            "pilot", "pilots", "piloting", "pilot phase", "pilotphase", "pilotierung", "in pilot", "pilote", "en pilote",
            "phase pilote", "piloto", "proof of concept", "poc", "trial", "in trial", "testing", "in testing", "test phase",
            "testphase", "beta", "limited rollout", "limited deployment", "experiment", "experimentation",
            "implementation and assessment", "prototype", "sandbox",
        ),
        Stage.PRODUCTION: (
            "production", "in production", "live", "deployed", "deployment", "fully deployed", "operational", "in operation",
            "operation", "operations", "operation and maintenance", "operations and maintenance", "in use", "active", "in mission",
            "implemented", "rolled out", "released", "launched", "go live", "produktiv", "produktivbetrieb", "in betrieb", "im einsatz",
            "en production", "en service", "en exploitation", "deploye", "en produccion", "scaled", "mature", "running",
        ),
        Stage.PAUSED: ("paused", "on hold", "suspended", "pausiert", "ruht", "en pause", "suspendu", "deferred", "parked", "hold"),
        Stage.DECLINED: ("declined", "rejected", "not approved", "not pursued", "abgelehnt", "refuse", "rejete", "not selected"),
        Stage.STOPPED: (
            "stopped", "cancelled", "canceled", "terminated", "abandoned", "discontinued", "gestoppt", "abgebrochen", "arrete",
            "abandonne", "failed", "closed", "ended",
        ),
        Stage.RETIRED: (
            "retired", "decommissioned", "withdrawn", "sunset", "sunsetted", "ausser betrieb", "eingestellt", "abgeschaltet",
            "retire", "mis hors service", "phased out", "inactive", "archived", "end of life",
        ),
    }.items()
    for word in words
}  # fmt: skip

_NUMBERED = re.compile(
    r"^\s*(?:(?:stage|phase|step|level|stufe|etape)\s*)?(?:\d{1,2}|[a-z]|[ivx]{1,4})\s*[.):\-–—]\s*", re.IGNORECASE
)
# A tail in brackets or after a dash explains the word; it may also say what a vague word means.
_TAIL = re.compile(r"\s*[(\[{–—:;,].*$|\s+-\s+.*$", re.DOTALL)
_VAGUE = {"implementation": ((r"\btest(ing|s|ed)?\b", Stage.PILOT),)}


def stage_of(raw: str, mapping: dict[str, str] | None = None) -> Stage | None:
    """Our stage for a raw word; None when it is not surely known. `mapping` (raw word → stage) wins.

    Raises `ValueError` when the mapping names a stage that does not exist.
    """
    given = {folded(word): stage for word, stage in (mapping or {}).items()}
    whole = folded(raw)
    if whole in given:
        return Stage(given[whole])
    if not whole:
        return None
    if whole in _WORDS:
        return _WORDS[whole]
    bare = _NUMBERED.sub("", raw)
    head = folded(_TAIL.sub("", bare))
    for said in (folded(bare), head):
        if said in _WORDS:
            return _WORDS[said]
    for pattern, stage in _VAGUE.get(head, ()):
        if re.search(pattern, raw, re.IGNORECASE):
            return stage
    return None


def share_known(values: list[str]) -> float:
    """Which share of these cells are stage words: tells a stage column by what stands in it."""
    said = [value for value in values if value.strip()]
    if not said:
        return 0.0
    return sum(stage_of(value) is not None for value in said) / len(said)
