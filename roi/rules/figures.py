"""Which amount did somebody type: one figure, or low, likely and high?"""

import re

from roi.rules.content import Amount
from roi.rules.pasted import number_of, why_no_number

HINT = "One figure such as 96k, or low, likely and high: 80k – 96k – 130k."
_CUT = re.compile(r"\s*[–—;/|]\s*|\s+to\s+|(?<=[\dkKmM])\s*-\s*(?=[\d.€£$])|\s+(?![kKmM]\b)")
_SCALE = {"k": 1e3, "m": 1e6}
_LARGEST = 1e15


def parse_figures(text: str) -> tuple[float, ...]:
    """The figures in the text, as typed. A letter k or m after the last holds for all. ValueError with a sentence."""
    plain = re.sub(r"[€£$]|\b[A-Z]{3}\b", "", text)
    cells = bare = [cell for cell in _CUT.split(plain.strip()) if cell]
    last = bare[-1][-1:].lower() if bare else ""
    shared = last if last in _SCALE and not any(cell[-1:].lower() in _SCALE for cell in bare[:-1]) else ""
    found = []
    for shown, cell in zip(cells, bare, strict=True):
        letter = cell[-1:].lower() if cell[-1:].lower() in _SCALE else shared
        number = number_of(cell.rstrip("kKmM").strip())
        if number is None:
            why = why_no_number(cell.rstrip("kKmM").strip()).replace("number", "figure")
            raise ValueError(f"“{shown[:40]}” {why}. {HINT}")
        found.append(number * _SCALE.get(letter, 1.0))
    if any(abs(one) > _LARGEST for one in found):
        raise ValueError("This is more than there is: check the unit.")
    return tuple(found)


def parse_amount(text: str) -> Amount | None:
    """The amount; None for an empty text. ValueError with a sentence for anything that is no amount."""
    found = parse_figures(text)
    if not found:
        return None
    if len(found) == 1:
        return Amount(found[0])
    if len(found) != 3:
        raise ValueError(f"These are {len(found)} figures. {HINT}")
    return Amount(found[1], found[0], found[2])


def show_amount(amount: Amount | None) -> str:
    """The amount as it is typed back into its field."""
    if amount is None:
        return ""
    if amount.low is None or amount.high is None:
        return _short(amount.likely)
    three = (amount.low, amount.likely, amount.high)
    short = [_short(one) for one in three]
    if not all(text.endswith("k") for text in short):  # one k after the last would hold for all
        short = [show(one) for one in three]
    return " – ".join(short)


def _short(number: float) -> str:
    """96k for 96000, where that is shorter and reads back as the very same number."""
    plain, thousands = show(number), show(number / 1e3)
    return f"{thousands}k" if len(thousands) + 1 < len(plain) and float(thousands) * 1e3 == number else plain


def show(number: float | None) -> str:
    """A number without idle zeros, and without an exponent."""
    if number is None:
        return ""
    return f"{number:.6f}".rstrip("0").rstrip(".") if abs(number) < 1e15 else f"{number:g}"
