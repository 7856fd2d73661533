"""Which of our stages does the file mean by its word?

Conservative: a value is known when what is left of it after its enumerator and its explanation is a phrase of the
vocabulary, and nothing in it speaks against. Everything else is None: reported, asked about, waiting as proposed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from portfolio.importing import values
from portfolio.importing.stage_words import ENDING, FILLERS, TURNING, VOCABULARY
from portfolio.rules import Stage

_ENUMERATOR = re.compile(
    r"^\s*(?:(?:stage|phase|step|level|status|stufe|schritt|etape|étape|fase|etapa)\s*(?:no\.?|nr\.?)?\s*[:.]?\s*"
    r"(?:\d{1,2}|[ivx]{1,4}|[a-h])\s*(?:[-–—:.)]+|\s)\s*"
    r"|\(?(?:\d{1,2}[a-z]?|[a-z]|[ivx]{1,4})\s*[).:]\s*|\d{1,2}\s*[-–—]\s*|\d{1,2}\s+(?=[^\W\d])"
    r"|(?:stage|phase|status)\s*[:=]\s*|[-–—•*·]\s*)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_EXPLAINED = re.compile(r"\s+[-–—]+\s*|\s*[–—]+\s+|\s*[:;|]\s+|\s*\n\s*|\.\s+|\s*[;|]\s*|,\s+")
_EITHER = re.compile(r"\s*/\s*")
_WORD = re.compile(r"[^\W_]+")
_SINCE = re.compile(
    r"\s+(?:(?:since|as of|seit|depuis|desde|dal|sinds)\s+)?(?:(?!(?:from|until|till|bis|ab|von|vor|before|after|nach|hasta|avant|to)\b)(?:in|q[1-4]|fy|[a-zäéû]{3,9}\.?)\s+)?(?:\d{1,2}[./-]){0,2}(?:fy)?(?:19|20)\d\d$",
    re.IGNORECASE,
)
_MAX = 1_000  # characters looked at
_KEPT = 200  # characters of `UseCase.raw_stage`


def stage_of(raw: str, chosen: Mapping[str, str | None] | None = None) -> Stage | None:
    """Our stage for the raw text of a cell, or None when it is not surely known.

    `chosen` holds the answers of a person (raw text → stage, or None for "decide later") and comes before all.
    """
    if chosen:
        known = {values.fold(word_of(key)): stage for key, stage in chosen.items()}
        if (word := values.fold(word_of(raw))) in known:
            return Stage(found) if (found := known[word]) else None
    text = values.clean(raw)[:_MAX]
    if not text or text.endswith("?"):
        return None
    if (stage := _exact(text)) is not None:
        return stage
    return _explained(_without_enumerator(text))


def word_of(raw: str) -> str:
    """The raw text as it is kept and asked about: one line of at most 200 characters."""
    return values.one_line(raw[:_MAX])[:_KEPT]


def phrase(text: str) -> str:
    """The words alone: lower case, without accents and punctuation ("Pré-déploiement" → "pre deploiement")."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("&", " and ")).casefold()
    return " ".join(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def _without_enumerator(text: str) -> str:
    """ "c)  Deployed", "Stage 4 - Operation", "3. Live" without what only counts; a bare number stays."""
    for _ in range(2):
        rest = _ENUMERATOR.sub("", text, count=1)
        if not rest.strip() or rest == text:
            break
        text = rest
    return text.strip()


def _explained(text: str) -> Stage | None:
    """The stage of the words in front, if the explanation behind does not turn their meaning."""
    remarks = [a or b for a, b in _BRACKETS.findall(text)]
    bare = _BRACKETS.sub(" ", text).strip(" \t\n.,;:-–—!*")
    if (stage := _either(bare)) is None:
        head, *tail = _EXPLAINED.split(bare, maxsplit=1)
        stage = _either(head)
        remarks += tail
    if stage is None:
        return None
    return None if any(_speaks_against(stage, remark) for remark in remarks) else stage


def _either(text: str) -> Stage | None:
    """ "Pilot/Trial" is a pilot; "Pilot/Production" is not known."""
    if (stage := _exact(text)) is not None:
        return stage
    parts = [part for part in _EITHER.split(text) if part]
    if len(parts) < 2:
        return None
    found = {_exact(part) for part in parts}
    return found.pop() if len(found) == 1 else None


def _exact(text: str) -> Stage | None:
    folded = phrase(text)
    if folded in VOCABULARY:
        return VOCABULARY[folded]
    undated = phrase(_SINCE.sub("", text.strip()))
    if undated in VOCABULARY and undated:
        return VOCABULARY[undated]
    words = [word for word in undated.split() if word not in FILLERS]
    return VOCABULARY.get(" ".join(words)) if words else None


def _speaks_against(stage: Stage, remark: str) -> bool:
    """Does a remark or explanation make the stage doubtful? Short ones by any turning word, long ones by an ending."""
    words = phrase(remark).split()
    if not words:
        return False
    own = set(words)
    if len(words) <= 6:
        other = _exact(remark)
        return (other is not None and other != stage) or any(
            VOCABULARY.get(word) not in (None, stage) or (word in TURNING and VOCABULARY.get(word) != stage)
            for word in own
        )
    return stage in (Stage.PROPOSED, Stage.PILOT, Stage.PRODUCTION) and bool(ENDING & own)
