"""Which questions does this lane version ask?"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from uuid import UUID

import yaml

from portfolio.models import Lane
from readiness.models import LaneQuestions
from readiness.rules.sets import QuestionSet, parse

FOLDER = Path(__file__).resolve().parent.parent / "question_sets"
_KEPT: dict[UUID, QuestionSet] = {}  # lane versions are never edited, so what was read once stays true
_MOST_KEPT = 5_000


@cache
def shipped(code: str) -> QuestionSet:
    """The set that comes with the product."""
    data = yaml.safe_load((FOLDER / f"{code}.yaml").read_text())
    return parse(data, code, data["version"])


def of_lanes(lanes: Iterable[Lane]) -> dict[UUID, QuestionSet]:
    """lane id → its questions; at most one query, none when all were read before."""
    wanted = {lane.id: lane for lane in lanes}
    cold = [lane_id for lane_id in wanted if lane_id not in _KEPT]
    if cold:
        if len(_KEPT) + len(cold) > _MOST_KEPT:
            _KEPT.clear()
            cold = list(wanted)
        stored = dict(LaneQuestions.objects.filter(lane_id__in=cold).values_list("lane_id", "content"))
        for lane_id in cold:
            lane = wanted[lane_id]
            content = stored.get(lane_id)
            _KEPT[lane_id] = (
                parse(content, lane.code, lane.version)
                if content
                else QuestionSet(lane.code, lane.version, shipped(lane.code).parts)
            )
    return {lane_id: _KEPT[lane_id] for lane_id in wanted}


def of_lane(lane: Lane) -> QuestionSet:
    return of_lanes([lane])[lane.id]
