"""What can be wrong with a file as a whole, and what is worth saying about one row?"""

from dataclasses import dataclass


class ImportFault(ValueError):
    """The file cannot be imported. `code` is stable; the text is for the person who chose the file."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True)
class Note:
    """Something about one row (as a spreadsheet numbers it): reported, or the cause why it was skipped."""

    row: int
    code: str
    text: str

    def as_dict(self) -> dict[str, object]:
        return {"row": self.row, "code": self.code, "text": self.text}
