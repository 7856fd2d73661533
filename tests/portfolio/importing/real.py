"""What do the READMEs of the shared data say is in each file? Counts by hand, not by our code."""

from typing import NamedTuple

AGENCIES, US_2025, US_2024 = "us-federal-ai-2025-agency-files", "us-federal-ai-2025", "us-federal-ai-2024"
UK, EU = "uk-atrs", "eu-public-services"


class Real(NamedTuple):
    folder: str
    name: str
    rows: int
    header_row: int
    stages: dict[str, int]
    unmapped: dict[str, int]
    encoding: str = "UTF-8"


def _stages(proposed: int = 0, pilot: int = 0, production: int = 0, retired: int = 0) -> dict[str, int]:
    counts = {"proposed": proposed, "pilot": pilot, "production": production, "retired": retired}
    return {stage: count for stage, count in counts.items() if count}


BOM, WINDOWS = "UTF-8 with BOM", "Windows-1252"
# usda: stages 1 and 2 are work before a pilot, 4 runs, 5 is retirement; 3 is asked about, as is the older inventory's
# "Implementation and Assessment": tests before a first use, or in use?
_USDA = "Stage 3 - Implementation (Use case is currently undergoing functionality and security testing)"
_DOJ, _HUD = _stages(107, 25, 163, 19), _stages(3, 1, 5, 2)
_NARA, _NASA = _stages(8, 2, 4), _stages(373, 21, 26, 5)
FILES = [
    Real(AGENCIES, "usda.csv", 89, 1, _stages(13 + 21 + 11, 0, 37, 7), {_USDA: 11}, BOM),
    Real(AGENCIES, "treasury.csv", 129, 2, _stages(70, 22, 26, 11), {}, BOM),
    Real(AGENCIES, "dot.csv", 70, 1, _stages(53, 1, 16), {}),
    Real(AGENCIES, "doi.csv", 247, 2, _stages(105, 89, 40, 13), {}, WINDOWS),
    Real(AGENCIES, "tva.csv", 59, 1, _stages(59), {"": 59}),
    Real(AGENCIES, "fhfa.csv", 18, 2, _stages(0, 0, 14, 4), {}, BOM),
    Real(AGENCIES, "ncua.csv", 3, 2, _stages(0, 0, 3), {}, WINDOWS),
    Real(AGENCIES, "pbgc.csv", 17, 1, _stages(15, 0, 2), {}),
    Real(AGENCIES, "cftc.csv", 3, 1, _stages(2, 0, 1), {}, BOM),
    Real(AGENCIES, "commerce.xlsx", 223, 2, _stages(223), {"": 223}, "XLSX"),
    Real(AGENCIES, "commerce.from-xlsx.csv", 223, 2, _stages(223), {"": 223}),
    Real(AGENCIES, "hud.xlsx", 11, 2, _HUD, {}, "XLSX"),
    Real(AGENCIES, "hud.from-xlsx.csv", 11, 2, _HUD, {}),
    Real(AGENCIES, "nara.xlsx", 14, 2, _NARA, {}, "XLSX"),
    Real(AGENCIES, "nara.from-xlsx.csv", 14, 2, _NARA, {}),
    Real(AGENCIES, "nasa.xlsx", 425, 2, _NASA, {}, "XLSX"),
    Real(AGENCIES, "nasa.from-xlsx.csv", 425, 2, _NASA, {}),
    Real(AGENCIES, "doj.xlsx", 314, 2, _DOJ, {}, "XLSX"),
    Real(AGENCIES, "doj.from-xlsx.csv", 314, 2, _DOJ, {}),
    Real(
        US_2025, "2025_individually_reported_AI_use_cases.subset.csv", 2186, 1,
        _stages(1016 + 282, 284, 512, 92), {"": 282}, BOM,
    ),
    Real(US_2025, "2025_consolidated_COTS_AI_use_cases.csv", 900, 1, _stages(900), {"": 900}, BOM),
    Real(US_2025, "2025_consolidated_COTS_AI_use_cases.xlsx", 900, 1, _stages(900), {"": 900}, "XLSX"),
    Real(
        US_2024, "2024_consolidated_ai_inventory_raw_v2.csv", 2133, 1,
        _stages(404 + 370 + 20 + 9 + 287 + 5 + 4, 0, 874 + 14 + 4, 142),
        {"Implementation and Assessment": 287, "Research or Administrative Action Complete": 5, "": 4}, WINDOWS,
    ),
    Real(UK, "atrs_records.csv", 136, 1, _stages(136), {"": 136}),
    Real(UK, "atrs_records.json", 136, 1, _stages(136), {"": 136}, "JSON"),
    Real(EU, "innovative_services_2020.csv", 339, 1, _stages(36, 31, 270, 2), {}),
    Real(EU, "innovative_services_2020.json", 339, 1, _stages(36, 31, 270, 2), {}, "JSON"),
    Real(EU, "ai_services_2021.csv", 143, 1, _stages(143), {"Unknown": 143}),
    Real(EU, "ai_services_2021.json", 143, 1, _stages(143), {"Unknown": 143}, "JSON"),
]  # fmt: skip
FOLDERS = [AGENCIES, US_2025, US_2024, UK, EU]
