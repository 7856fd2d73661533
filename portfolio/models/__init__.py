"""What do we keep of the register, and which sets of it have a name?"""

from portfolio.models.imports import ImportedRow, ImportRun, RememberedMapping
from portfolio.models.plumbing import Dirty, IdempotencyKey, Job
from portfolio.models.portfolios import Lane, Membership, PolicyVersion, Portfolio
from portfolio.models.saved_views import SavedView
from portfolio.models.tokens import Token
from portfolio.models.use_cases import CapException, UseCase

__all__ = [
    "CapException",
    "Dirty",
    "IdempotencyKey",
    "ImportRun",
    "ImportedRow",
    "Job",
    "Lane",
    "Membership",
    "PolicyVersion",
    "Portfolio",
    "RememberedMapping",
    "SavedView",
    "Token",
    "UseCase",
]
