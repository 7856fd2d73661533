"""What do we keep of decisions and of what the jobs worked out?"""

from governance.models.assessments import Assessment, AssessmentHistory, PortfolioState, Quarantine
from governance.models.decisions import AgreedDate, Condition, Decision, Request
from governance.models.rights import DecisionRight, Delegation

__all__ = [
    "AgreedDate",
    "Assessment",
    "AssessmentHistory",
    "Condition",
    "Decision",
    "DecisionRight",
    "Delegation",
    "PortfolioState",
    "Quarantine",
    "Request",
]
