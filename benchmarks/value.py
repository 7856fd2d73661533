"""How long does it take to value every hypothesis again, stored and ready for the pages, on one worker?"""

from __future__ import annotations

import time

from benchmarks.figures import Figure
from benchmarks.scale import LARGE
from governance.management.commands.load_scale import load
from portfolio.models import UseCase
from roi.actions import values
from roi.models import BenefitLine, CostLine, Hypothesis, Valuation

_COSTS = ("build", "licences", "compute", "data_preparation", "integration", "human_review", "support_and_monitoring")


def run(name: str) -> list[Figure]:
    made = load(LARGE, slug="scale-value")
    rows = Hypothesis.objects.bulk_create(
        [
            Hypothesis(use_case_id=use_case_id, fingerprint=f"{place:064d}", measure="Minutes", baseline=41, target=24)
            for place, use_case_id in enumerate(UseCase.objects.filter(portfolio=made).values_list("id", flat=True))
        ],
        batch_size=1000,
    )
    CostLine.objects.bulk_create(
        [
            CostLine(
                hypothesis=row, category=category, timing="once" if n % 2 else "monthly", low=900 + place % 97,
                likely=1200 + place % 97, high=2000 + place % 97,
            )
            for place, row in enumerate(rows) for n, category in enumerate(_COSTS)
        ],
        batch_size=2000,
    )  # fmt: skip
    BenefitLine.objects.bulk_create(
        [
            BenefitLine(
                hypothesis=row,
                name="Hours",
                low=4000 + place % 89,
                likely=8000,
                high=15_000,
                first_month=1,
                full_month=4,
            )
            for place, row in enumerate(rows)
        ],
        batch_size=2000,
    )
    began, spent = time.perf_counter(), time.process_time()
    done = values.revalue(made.id)
    took, busy = time.perf_counter() - began, time.process_time() - spent
    again = time.perf_counter()
    values.revalue(made.id)
    idle = time.perf_counter() - again
    found = f"{took:.1f} s ({busy:.1f} s of this processor); {idle:.1f} s when nothing changed"
    ok = took <= 10 and done == LARGE == Valuation.objects.newest().count()
    return [
        Figure(
            "ROI",
            f"{LARGE:,} hypotheses of 8 lines, {values.BULK_DRAWS:,} draws each, stored",
            found,
            "10 s on one worker",
            ok,
        )
    ]
