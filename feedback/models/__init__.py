"""What do we keep of feedback: what was sent and counted, what was agreed, and the work that comes of it?"""

from feedback.models.files import DecisionFile
from feedback.models.plan import ModelSeen, Plan, Signal
from feedback.models.stored import Case, Event, Incident, Key, Pending, Rollup
from feedback.models.work import FrontlineLink, IncidentNote, LearningAction, Ring

__all__ = [
    "Case",
    "DecisionFile",
    "Event",
    "FrontlineLink",
    "Incident",
    "IncidentNote",
    "Key",
    "LearningAction",
    "ModelSeen",
    "Pending",
    "Plan",
    "Ring",
    "Rollup",
    "Signal",
]
