"""What does one cell say, once the noise of its making is taken off?"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal

_INVISIBLE = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)])
_BIDI = dict.fromkeys([0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_STRIP = {**_INVISIBLE, **_BIDI}
_DIRTY = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\r]"
)
_SPACES = re.compile(r"\s+")
# What people write where they mean "nothing"; the text itself is never shown as a title or an id.
_NOTHING = {
    "", "-", "--", "---", "–", "—", ".", "n/a", "na", "n.a.", "n.a", "#n/a", "none", "null", "nil", "tbd", "tbc",
    "to be determined", "unknown", "not applicable", "not available", "?", "k.a.", "k. a.", "keine angabe", "entfällt",
    "unbekannt", "s.o.", "sans objet", "inconnu", "/",
}  # fmt: skip
_YES = {"yes", "y", "true", "1", "x", "ja", "j", "wahr", "oui", "vrai", "sí", "si", "sì", "verdadero", "waar"}
_NO = {"no", "n", "false", "0", "nein", "falsch", "non", "faux", "falso", "nee", "onwaar"}
_ERRORS = {"#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#n/a", "#getting_data", "#spill!"}


def clean(text: str) -> str:
    """Trimmed text without NUL, control and direction-override characters; line breaks inside become LF."""
    if _DIRTY.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_STRIP)
        text = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be stored
    return text.strip()


def one_line(text: str) -> str:
    """The same text on one line with single spaces: for headers and titles."""
    return _SPACES.sub(" ", clean(text)).strip()


def fold(text: str) -> str:
    """For comparing what people mean as equal: compatibility form, case and spacing folded."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def is_nothing(text: str) -> bool:
    """True for a blank and for what stands for one ("N/A", "-", "TBD")."""
    return fold(text) in _NOTHING


def is_spreadsheet_error(text: str) -> bool:
    return fold(text) in _ERRORS


def boolean(text: str) -> bool | None:
    """Yes or no; None when it says neither. An enumerator in front ("a) No") is looked through."""
    word = fold(re.sub(r"^\s*\(?[a-z0-9]{1,2}[).]\s*", "", text, flags=re.IGNORECASE)).rstrip(".!")
    return True if word in _YES else False if word in _NO else None


_NUMBER = re.compile(r"^[+-]?\d{1,3}(?:[ ,.'\u00a0\u202f]?\d{3})*(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?$")


def is_number(text: str) -> bool:
    """Does the whole cell read as a number, in any of the common groupings? Bounded work; never converts."""
    return len(text) <= 40 and bool(_NUMBER.match(text.strip().rstrip("%€$£").lstrip("€$£ ").strip()))


_COUNT = re.compile(
    r"^(?:about|approx\.?|approximately|around|roughly|ca\.?|circa|rund|etwa|env\.?|environ|~|≈)?\s*"
    r"(\d{1,3}(?:([ ,.'’\u00a0\u202f])\d{3})(?:\2\d{3})*|\d{1,9})\s*"
    r"(?:(?:active |aktive )?(?:users?|licen[cs]es?|seats?|people|persons?|employees|staff|nutzer|nutzerinnen|nutzende|anwender"
    r"|personen|utilisateurs?|personnes|usuarios?|personas|gebruikers?|utenti))?$",
    re.IGNORECASE,
)


def count(text: str) -> int | None:
    """How many persons the cell names ("1,200", "about 40 users"); None for a range, a share or anything else."""
    found = _COUNT.match(one_line(text)) if len(text) <= 60 else None
    return int(re.sub(r"\D", "", found[1])) if found and len(found[1]) <= 12 else None


def text_of(value: object) -> str:
    """The text of a typed spreadsheet or JSON value: whole numbers without ".0", days as ISO, yes/no as TRUE/FALSE."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return format(Decimal(repr(value)), "f") if 1e-6 < abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return str(value.date()) if value.time() == dt.time() else str(value.replace(microsecond=0))
    return str(value)
