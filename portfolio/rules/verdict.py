"""May this be done, and if not, what are all the reasons?"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reason:
    """One reason against an act. Match on `code`, never on `text`.

    `subject` names what the reason is about (an id, a field or a key); `params` are the values inside
    the sentence, so that a template can say it in its own words.
    """

    code: str
    text: str
    subject: str = ""
    params: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "text": self.text, "subject": self.subject}


@dataclass(frozen=True)
class Verdict:
    """The answer to one question: allowed when there is no reason against it."""

    reasons: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.reasons

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.reasons)

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(self.reasons + other.reasons)

    def require(self) -> None:
        """Raise `Refused` with every reason unless allowed."""
        if self.reasons:
            raise Refused(self.reasons)


class Refused(Exception):
    """A rule refuses the act; nothing was written. Carries every reason (API: 409, page: 422)."""

    def __init__(self, reasons: tuple[Reason, ...] | list[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(reason.text for reason in self.reasons))


class Conflict(Exception):
    """Somebody changed the row meanwhile (API: 412, page: 409). `present` is the row as it is now."""

    def __init__(self, present: Any = None) -> None:
        self.present = present
        super().__init__("It was changed by somebody else meanwhile.")


class NotPermitted(Exception):
    """Visible, but role or door lacks the right (403). `code`: `not_permitted` or `person_required`."""

    def __init__(self, code: str = "not_permitted", text: str = "Your role does not permit this.") -> None:
        self.code = code
        self.text = text
        super().__init__(text)


class NotVisible(Exception):
    """Not there, or not for this actor: the same 404 for both."""
