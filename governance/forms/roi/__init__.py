"""How is a hypothesis typed, measured and closed?"""

from governance.forms.roi.lines import Assumptions, Benefits, Costs
from governance.forms.roi.part import Clash, Part
from governance.forms.roi.readings import CheckIn, Realised, Weeks
from governance.forms.roi.texts import Measure, Promise, Window

PARTS: dict[str, type[Part]] = {part.code: part for part in (Promise, Measure, Window, Costs, Benefits, Assumptions)}

__all__ = ["PARTS", "CheckIn", "Clash", "Part", "Realised", "Weeks"]
