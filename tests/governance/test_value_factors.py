"""Does docs/value-factors.md say what the data says?"""

from pathlib import Path

import pytest

from governance.calibration import backtest
from roi.valuation import PRIORS
from tests.governance.test_calibration import nyc, uk_gmpp, us_it

PAGE = Path(__file__).resolve().parents[2] / "docs" / "value-factors.md"


@pytest.mark.parametrize(
    ("name", "read"), [("cost-us-it-dashboard", us_it), ("cost-nyc-capital", nyc), ("benefits-uk-gmpp", uk_gmpp)]
)
def test_the_page_says_what_is_measured(name, read):
    (line,) = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{name}`")]
    told = [float(cell.strip().rstrip("%").replace(",", "")) for cell in line.split("|")[2:-1]]
    ratios = read()
    seen = backtest(ratios, PRIORS["costs"])
    factor = seen.factor
    assert told == pytest.approx(
        [
            len(ratios),
            100 * seen.coverage,
            factor.ppf(0.1),
            factor.median,
            factor.ppf(0.9),
            seen.loss,
            seen.loss_at_its_word,
        ],
        rel=2e-3,
    )
