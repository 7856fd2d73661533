"""What does a cell say? Text cleaned, days read in every shape seen in the wild, yes and no recognised."""

import re
import unicodedata
from datetime import date, datetime

NOTHING = {"", "-", "–", "—", "n/a", "na", "none", "null", "nan", "unknown", "not applicable", "tbd", "[]", "?"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")
_SHAPES = (
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%y", "%d-%b-%y", "%d-%b-%Y", "%b-%y", "%b-%Y",
    "%B %Y", "%b %Y", "%m/%Y", "%Y-%m", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%Y",
)  # fmt: skip
_TIME_TAIL = re.compile(r"(?<=\d)[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(am|pm)?\s*(z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)


def text(value: object) -> str:
    """A cell as text: trimmed, control characters and NUL gone, line breaks kept as single ones."""
    if value is None:
        return ""
    if isinstance(value, str) and value.isprintable():  # nearly all cells, a million times
        return value.strip()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == value.time().min else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    cleaned = _CONTROL.sub("", str(value)).replace("\r\n", "\n").replace("\r", "\n")
    return cleaned.replace("\u00a0", " ").strip()


def has_control(value: object) -> bool:
    """Did the cell hold characters that cannot be stored?"""
    return isinstance(value, str) and _CONTROL.search(value) is not None


def one_line(value: str) -> str:
    return " ".join(value.split())


def is_nothing(value: str) -> bool:
    """A word that people write for an empty cell."""
    return value.strip().lower() in NOTHING


def folded(value: str) -> str:
    """For comparing: one line, lower case, without accents and punctuation."""
    plain = unicodedata.normalize("NFKD", value)
    plain = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()


def day(value: object) -> date | None:
    """The day a cell names, or None. A month or a year alone gives its first day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    said = _TIME_TAIL.sub("", one_line(text(value)))
    if not said or is_nothing(said):
        return None
    for shape in _SHAPES:
        try:
            found = datetime.strptime(said, shape).date()  # noqa: DTZ007 — a day has no zone
        except ValueError:
            continue
        return found if 1950 <= found.year <= 2100 or is_year_as_serial(found) else None
    return None


def is_year_as_serial(found: date) -> bool:
    """A bare year such as 2024 read as a spreadsheet's day number becomes a day in July 1905."""
    return found.year == 1905


def count(value: object) -> int | None:
    """A whole number of persons or licences, or None ("about 1,200 users" says 1200)."""
    numbers = re.findall(r"\d[\d,.\u202f ]*", text(value))
    if len(numbers) != 1:
        return None
    digits = re.sub(r"[^\d]", "", numbers[0].split(".")[0] if re.search(r"\.\d{1,2}$", numbers[0]) else numbers[0])
    return int(digits) if 0 < len(digits) <= 9 else None
