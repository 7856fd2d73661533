"""Does this measure tell a business anything? One primary measure of six kinds, and somebody who would notice."""

import re
from enum import StrEnum

from portfolio.rules import Reason


class Kind(StrEnum):
    """In whose terms the change is felt."""

    TIME = "time"
    COST = "cost"
    REVENUE = "revenue"
    QUALITY = "quality"
    RISK = "risk"
    EXPERIENCE = "experience"


QUESTION = "What changes for the business when this improves?"

# What a model is tested by, as people write it. Business words that share a letter ("recalled parts") pass.
_METRICS = re.compile(
    r"\b(accuracy|f[-_ ]?(1|beta|score)|f1[-_ ]?score|roc|auc|auroc|precision|recall|perplexity|bleu|rouge|rmse|mse|mae"
    r"|log[-_ ]?loss|cross[-_ ]?entropy|confusion matrix|hallucination rate|token throughput|tokens per second)\b"
    r"|\b(model|inference|llm|prediction|response)('s)? latency\b|\blatency of (the |our )?(model|llm|inference)\b"
    r"|\b(training|validation|test) loss\b|\bmodel (score|quality|performance|confidence)\b|\bbenchmark score\b",
    re.IGNORECASE,
)


def is_model_metric(name: str) -> bool:
    """Is this something only a model's maker would notice?"""
    return _METRICS.search(name) is not None


def faults(name: str) -> list[Reason]:
    """Why this cannot be the primary measure; an empty name is no fault yet."""
    if is_model_metric(name):
        text = f"“{name.strip()}” measures the model. {QUESTION} Name that instead."
        return [Reason("model_metric", text, "measure")]
    return []
