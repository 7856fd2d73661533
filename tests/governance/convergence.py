"""Is every assessment what the rules say of the facts now?"""

from uuid import UUID

from governance.actions import assess
from governance.facts import gather
from governance.models import Assessment
from portfolio.models import UseCase


def stale() -> set[UUID]:
    """Use cases whose assessment is missing or differs from the rules' answer, inputs included."""
    ids = list(UseCase.objects.values_list("id", flat=True))
    picture = gather(ids)
    stored = {row.use_case_id: row for row in Assessment.objects.all()}
    wrong = set()
    for use_case_id, facts in picture.facts.items():
        values = assess.compute(facts, picture.policy_of(use_case_id))
        row = stored.get(use_case_id)
        if row is None or any(getattr(row, name) != value for name, value in values.items()):
            wrong.add(use_case_id)
    return wrong


def poison(*ids: UUID) -> None:
    """A fact that no rule can read, as a broken restore might leave it."""
    UseCase.objects.filter(id__in=ids).update(registered_as="nonsense")
