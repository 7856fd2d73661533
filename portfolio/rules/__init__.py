"""What is true, allowed, due in the register? Values in, values out: no Django, no clock, no I/O."""

from portfolio.rules.actor import SYSTEM, Actor, Role
from portfolio.rules.gaps import Gap, Severity
from portfolio.rules.policy import Policy, PolicyFault
from portfolio.rules.stages import MOVES, UNDO, Move, Stage, Verb, moves_from, target_of
from portfolio.rules.verdict import Conflict, NotPermitted, NotVisible, Reason, Refused, Verdict

__all__ = [
    "MOVES",
    "SYSTEM",
    "UNDO",
    "Actor",
    "Conflict",
    "Gap",
    "Move",
    "NotPermitted",
    "NotVisible",
    "Policy",
    "PolicyFault",
    "Reason",
    "Refused",
    "Role",
    "Severity",
    "Stage",
    "Verb",
    "Verdict",
    "moves_from",
    "target_of",
]
