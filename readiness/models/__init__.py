"""What do we keep of questions, evidence, data and blocking items, and which sets of it have a name?"""

from readiness.models.data import DataAsset, DataNeed, DataSource, Defect, FitnessRating, Term, TermUse
from readiness.models.items import BlockingItem, CalendarFeed, CurveVersion, ItemEvent, Waiver
from readiness.models.questions import Answer, AnswerEvent, Evidence, LaneQuestions

__all__ = [
    "Answer",
    "AnswerEvent",
    "BlockingItem",
    "CalendarFeed",
    "CurveVersion",
    "DataAsset",
    "DataNeed",
    "DataSource",
    "Defect",
    "Evidence",
    "FitnessRating",
    "ItemEvent",
    "LaneQuestions",
    "Term",
    "TermUse",
    "Waiver",
]
