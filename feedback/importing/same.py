"""Did the person decide as the model advised? Two cells that mean the same, whatever their spelling."""

from __future__ import annotations

import re
from decimal import Decimal

from portfolio.importing import values

# Fewer than `values.is_nothing` knows: "none" may well be what a model recommends.
_BLANK = {"", "-", "--", "–", "—", "n/a", "#n/a", "null", "nan", "k.a."}
_MARKS = str.maketrans("", "", " \u00a0\u202f'’%€$£")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{3})+")
_ENDINGS = (("ied", "y"), ("ies", "y"), ("ed", ""), ("es", ""), ("al", ""), ("e", ""), ("s", ""))


def is_blank(text: str) -> bool:
    """Does this cell say nothing?"""
    return values.fold(text) in _BLANK or values.is_spreadsheet_error(text)


def same(one: str, other: str) -> bool:
    """Equal after folding case and space, as numbers (69 = 69.0, 1,5 = 1.5), or but for an ending (deny, denied)."""
    one, other = values.fold(one), values.fold(other)
    if one == other:
        return True
    first, second = numbers(one), numbers(other)
    if first or second:
        return any(_close(a, b) for a in first for b in second)
    return _stem(one) == _stem(other)


def key(text: str) -> str:
    """Equal for texts (not numbers) that are the `same`."""
    return _stem(values.fold(text))


def numbers(text: str) -> frozenset[Decimal]:
    """What number a cell says: none, one, or two where one mark may be of thousands or of decimals (1,500)."""
    if not values.is_number(text):
        return frozenset()
    bare = text.translate(_MARKS)
    if "," in bare and "." in bare:
        thousands = min(",.", key=bare.rindex)
        bare = bare.replace(thousands, "").replace(",", ".")
        return frozenset() if bare.count(".") > 1 else frozenset({Decimal(bare)})
    whole = bare.replace(",", "").replace(".", "")
    if bare.count(",") + bare.count(".") > 1:
        return frozenset({Decimal(whole)})
    found = {Decimal(bare.replace(",", "."))}
    return frozenset(found | {Decimal(whole)} if _GROUPED.fullmatch(bare) else found)


def plain_number(text: str) -> str:
    """A number as events spell it; the text itself where it is none, or may be two (1,500)."""
    said = numbers(text)
    if len(said) != 1:
        return text
    shown = f"{next(iter(said)):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _close(a: Decimal, b: Decimal) -> bool:
    return a == b or abs(a - b) <= Decimal("1e-9") * max(abs(a), abs(b))


def _stem(text: str) -> str:
    """approve, approved, approval → approv; deny, denied → deny: each word without its ending."""
    return " ".join(_bare(word) for word in re.split(r"[\s_-]+", text))


def _bare(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + instead
            break
    twice = len(word) > 4 and word[-1] == word[-2] and word[-1] in "bdgmnprt"  # refer, referred
    return word[:-1] if twice else word
