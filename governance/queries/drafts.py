"""What is known already, as a first draft: nothing is asked twice (product.md)."""

from portfolio.models import UseCase
from readiness.rules.facts import GRANTED, RATING_WORDS, ReadinessFacts
from readiness.rules.sets import Part


def first_draft(use_case: UseCase, part: Part, told: ReadinessFacts) -> str:
    """The draft for a part, or nothing. The lead edits it and sends it."""
    if part.draft == "register":
        said = (use_case.problem, use_case.success_statement, use_case.why_ai)
        return "\n".join(text for text in said if text)
    if part.draft == "needs":
        return "\n".join(
            f"{need.purpose}: {need.source_name or 'source not named yet'}"
            + (f", {RATING_WORDS[need.lowest]}" if need.lowest is not None else "")
            + (", access granted" if need.access == GRANTED else ", access not granted yet")
            for need in told.needs
        )
    return ""
