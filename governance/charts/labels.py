"""Where may a label stand so that no two ever overlap?

Every text of a chart goes through one Placer. It tries the spots in order and takes the first that lies inside
the drawing and touches nothing; a label without a free spot is left out, for its numbers stand in the table.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.safestring import SafeString

from portfolio import svg

LETTER = 6.9  # px a character at 12 px, on the wide side of what system fonts need
UP, DOWN = 11.0, 4.0  # px above and below the base line


class Box(NamedTuple):
    """A rectangle in the drawing, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: "Box") -> bool:
        """Do the two share any area?"""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other: "Box") -> bool:
        """Does this one lie wholly inside the other?"""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


class Spot(NamedTuple):
    """A place for a text: its base point and whether it starts, is centred or ends there."""

    x: float
    y: float
    anchor: str = "start"


def box_of(words: str, spot: Spot) -> Box:
    """The room a text takes at a spot."""
    width = LETTER * len(words)
    left = {"start": spot.x, "middle": spot.x - width / 2, "end": spot.x - width}[spot.anchor]
    return Box(left, spot.y - UP, left + width, spot.y + DOWN)


def around(x: float, y: float, r: float = 8.0) -> tuple[Spot, ...]:
    """Spots round a mark: right, left, above, below, then the corners."""
    return (
        Spot(x + r + 4, y + 4),
        Spot(x - r - 4, y + 4, "end"),
        Spot(x, y - r - 5, "middle"),
        Spot(x, y + r + 14, "middle"),
        Spot(x - r, y + r + 14, "end"),
        Spot(x - r, y - r - 5, "end"),
        Spot(x + r - 2, y - r - 5),
        Spot(x + r - 2, y + r + 14),
    )


class Placer:
    """Keeps the taken rectangles of one drawing of `width` by `height` px."""

    def __init__(self, width: float, height: float) -> None:
        self.area = Box(-2, 0, width + 2, height)
        self.taken: list[Box] = []

    def block(self, box: Box) -> None:
        """Keep a rectangle, such as a mark, free of text."""
        self.taken.append(box)

    def text(self, cls: str, alternatives: str | Iterable[str], spots: Iterable[Spot]) -> SafeString:
        """The longest wording that fits one of the spots, or nothing."""
        spots = tuple(spots)
        for words in (alternatives,) if isinstance(alternatives, str) else alternatives:
            for spot in spots:
                box = box_of(words, spot)
                if words and box.within(self.area) and not any(box.touches(t) for t in self.taken):
                    self.taken.append(box)
                    return svg.text(cls, spot.x, spot.y, words, spot.anchor)
        return SafeString("")
