"""Which words head the columns of decisions, and which words do people use for our four?

Phrases are folded as in `portfolio.importing.columns.header_words`: lower case, no accents, plural s off.
"""

from __future__ import annotations

from typing import Final

from portfolio.importing.column_words import FieldWords, Rule

# Words that can only be about the model's suggestion …
SURE: Final[dict[str, str | None]] = {
    **dict.fromkeys(("accepted", "accept", "agreed", "agree", "followed", "as suggested", "as recommended"), "accepted"),
    **dict.fromkeys(("modified", "modify", "edited", "changed", "corrected", "adjusted", "amended"), "modified"),
    **dict.fromkeys(("overridden", "override", "overrode", "overruled", "disagreed", "disagree", "ignored"), "overridden"),
    **dict.fromkeys(("escalated", "escalate", "referred", "handed over"), "escalated"),
    **dict.fromkeys(("pending", "open", "undecided", "none", "", "-", "n/a"), None),
}  # fmt: skip
# … and words that may as well tell the fate of the claim: alone in a column they are asked about.
UNSURE: Final[dict[str, str | None]] = {
    **dict.fromkeys(("approved", "yes"), "accepted"),
    **dict.fromkeys(("rejected", "reject", "declined", "no"), "overridden"),
}
ACTIONS: Final[dict[str, str | None]] = SURE | UNSURE

_TIME = "at on date time timestamp datetime datum day zeit zeitpunkt fecha when"
_MODEL = "ai model machine algorithm system bot auto automated automatic llm ki ml robot assistant ia"
_PERSON = "human final user agent reviewer staff officer expert judge clerk manual underwriter analyst doctor operator handler adjuster"


def _words(never: str = "", rules: tuple[Rule, ...] = (), **by_score: str) -> FieldWords:
    exact = {phrase.strip(): int(key[1:]) / 100 for key, phrases in by_score.items() for phrase in phrases.split(",")}
    return FieldWords(exact, rules, frozenset(never.split()))


def _rule(score: float, *groups: str) -> Rule:
    return Rule(score, tuple(frozenset(group.split()) for group in groups), 5)


# `truth` is no field of ours: what turned out to be right, to compare the suggestion with.
HEADERS: Final[dict[str, FieldWords]] = {
    "case": _words(
        s100="case, case id, case no, case number, case ref, case reference",
        s95="event id, ticket, ticket id, ticket number, claim, claim id, claim number, claim no, reference, reference number, request id, record id, fall, fallnummer, vorgang, vorgangsnummer, aktenzeichen, dossier",
        s75="id, ref, key, number, no, nr, identifier, uid, uuid",
        rules=(_rule(0.9, "id number no nr ref reference key nummer", "case ticket claim event order application request transaction record item document loan invoice patient policy alert referral decision conversation trial"),),
        never=_TIME + " user agent reviewer model run batch participant",
    ),
    "suggested_at": _words(
        s95="created, received, submitted, opened",
        rules=(_rule(0.95, _TIME, "suggested suggestion recommended recommendation predicted prediction scored proposed ai model"), _rule(0.8, _TIME, "created received submitted opened started")),
    ),
    "decided_at": _words(
        s95="closed, resolved, decided, completed",
        rules=(_rule(0.95, _TIME, "decided decision reviewed review closed resolved completed approved handled actioned human final entscheidung"),),
    ),
    "outcome_at": _words(rules=(_rule(0.9, _TIME, "outcome known result actual"),)),
    "at": _words(s90="at, time, timestamp, date, datetime, date time, when, datum, zeit, zeitpunkt, fecha, date heure, date and time", s60="day, updated at, last updated, modified at"),
    "model": _words(s95="model, model version, model name, ai model, algorithm, algorithm version", s60="version, modell"),
    "segment": _words(s90="segment, task type, category, group, kategorie, case type, claim type, product type, ticket type", s70="type, product, region, channel, queue, department, line of business, condition, produkt"),
    "summary": _words(
        s100="suggestion, recommendation, prediction, model recommendation, ai recommendation, ai suggestion, model suggestion, model output",
        s90="summary, advice, forecast, proposed, predicted, proposal, empfehlung, vorschlag, vorhersage, recommandation, suggested action, recommended action",
        rules=(_rule(0.9, "suggestion recommendation prediction output answer advice decision suggested recommended class label forecast result value action vorschlag empfehlung outcome", _MODEL + " predicted recommended suggested proposed"),),
        never=_TIME + " confidence score probability reason id version human",
    ),
    "confidence": _words(s100="confidence, confidence score, model confidence, ai confidence, probability", s75="score, likelihood, certainty, model score, ai score"),
    "action": _words(
        s100="action, decision, human decision, final decision, human action, action taken",
        s90="disposition, verdict, decided, agent decision, reviewer decision, review decision, review result, entscheidung, finale entscheidung, decision finale, user action, user decision, response",
        rules=(_rule(0.95, "decision action choice verdict answer label value judgment judgement disposition response entscheidung call forecast", _PERSON),),
        s60="status, state, result",
        never=_TIME + " reason id grund model ai by note comment predicted recommended suggested",
    ),
    "reason": _words(s100="reason, override reason, reason code, reason for override", s80="grund, motif, begrundung, why", rules=(_rule(0.85, "reason grund", "override decision change code rejection human"),)),
    "note": _words(s90="note, comment, remark, bemerkung, kommentar, comments, notes"),
    "correct": _words(s100="correct, model right, model correct, ai correct, was correct, prediction correct, ai right", s80="right, richtig"),
    "value": _words(s90="value, benefit, saved, saving, amount saved, benefit value"),
    "truth": _words(s90="outcome actual, actual outcome, actual, ground truth, truth, true label, actual value, correct answer, correct label, actual result", s70="outcome, result, ergebni, ergebnis"),
}  # fmt: skip
