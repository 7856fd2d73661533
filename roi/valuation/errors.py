"""Why can a sum of money not be valued?"""


class ValuationError(ValueError):
    """The figures given have no value; the message says plainly what to change."""


class NoSingleRate(ValuationError):
    """There is no single internal rate of return: `roots` holds all of them, lowest first, and may be empty."""

    def __init__(self, message: str, roots: tuple[float, ...] = ()) -> None:
        super().__init__(message)
        self.roots = roots


class DisorderedEstimate(ValuationError):
    """Low, likely and high are out of order: `ordered` is what to ask about ("did you mean ...?")."""

    def __init__(self, message: str, ordered: tuple[float, float, float]) -> None:
        super().__init__(message)
        self.ordered = ordered
