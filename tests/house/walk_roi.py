"""One of everything that a path of ROI can name."""

from typing import Any

from portfolio.models import UseCase
from roi.actions import values as values_actions
from roi.models import BenefitLine, CostLine, Hypothesis, HypothesisVersion

CHILDREN = ("hypothesis_id", "line_id")


def values(row: UseCase, mark: str) -> dict[str, Any]:
    """`mark` stands in every text."""
    made = Hypothesis.objects.create(
        use_case=row,
        then_text=f"{mark} then",
        measure=f"{mark} minutes",
        kind="time",
        baseline=41,
        target=24,
        day0_on=row.portfolio.today(),
    )
    HypothesisVersion.objects.create(hypothesis=made, number=1, content=made.content().to_json(), fingerprint="0" * 64)
    BenefitLine.objects.create(hypothesis=made, name=f"{mark} hours", likely=100)
    line = CostLine.objects.create(hypothesis=made, category="build", likely=50, note=f"{mark} note")
    values_actions.revalue_one(made, row, made.content())
    return {"hypothesis_id": made.id, "line_id": line.id, "roi_section": "promise", "day": 30}
