"""Are known words mapped, and all others asked about?"""

import pytest

from portfolio.importing.stages import stage_of

DEFINED = " – The use case is being actively authorized or utilized to support the functions of an agency."


@pytest.mark.parametrize(
    ("raw", "stage"),
    [
        ("Pre-deployment", "proposed"),
        ("a) Pre-deployment – The use case is in a development or acquisition status.", "proposed"),
        ("Initiated", "proposed"),
        ("Acquisition and/or Development", "proposed"),
        ("Planned (Q3 2026)", "proposed"),
        ("R&D", "proposed"),
        ("not yet deployed", "proposed"),
        ("in der Planung", "proposed"),
        ("PILOT ", "pilot"),
        ("b)  Pilot – The use case has been deployed in a limited test or pilot capacity.", "pilot"),
        ("Phase 2: Pilot", "pilot"),
        ("Beta/Pilot", "pilot"),
        ("Pilotphase", "pilot"),
        ("En expérimentation", "pilot"),
        ("c)  Deployed" + DEFINED, "production"),
        ("Stage 4 - Operation and Maintenance (Use case is integrated into agency operations)", "production"),
        ("3 - Live", "production"),
        ("Live since 2023", "production"),
        ("In mission", "production"),
        ("im Produktivbetrieb", "production"),
        ("En production", "production"),
        ("On hold", "paused"),
        ("Project is on hold", "paused"),
        ("Cancelled", "stopped"),
        ("Withdrawn", "retired"),
        ("Außer Betrieb", "retired"),
        ("Eingestellt", "retired"),
        ("d) Retired – its development and/or use has since been discontinued.", "retired"),
        ("Abgelehnt", "declined"),
        ("Rejected", "declined"),
        ("im Einsatz", "production"),
        ("Stage 1 - Initiation", "proposed"),
        ("d) Retired (2023)", "retired"),
    ],
)
def test_known_words_are_mapped(raw, stage):
    assert stage_of(raw) == stage


@pytest.mark.parametrize(
    "raw",
    [
        "", "   ", "Unknown", "N/A", "4", "Stage 3", "2.5", "Yes", "Green", "2024-01-01", "Pilot or production", "PoC", "Sandbox", "BAU trial", "Implementation and Assessment",
        "Stage 3 - Implementation (Use case is currently undergoing functionality and security testing)",
        "Research or  Administrative Action Complete", "Testing", "Proof of concept", "Active", "Completed",
        "Pilot - completed", "Pilot ended", "Pilot planned", "Pilot, on hold", "Pilot/Production", "Production (beta)",
        "Deployed; retired", "Live from 2027", "Pilot until 2023", "live?", "not in use", "nicht in Betrieb",
        "Pilot – it was stopped in March because the supplier withdrew its support", "Pre-production", "x" * 5000,
        "Production – pilot in two sites",
    ],
)  # fmt: skip
def test_what_is_not_surely_known_is_never_guessed(raw):
    assert stage_of(raw) is None


def test_a_persons_answer_comes_before_the_vocabulary():
    chosen = {"sandbox": "proposed", "Pilot": "paused", "Live": None}
    assert stage_of(" Sandbox ", chosen) == "proposed"
    assert stage_of("pilot", chosen) == "paused"
    assert stage_of("Live", chosen) is None
    assert stage_of("Deployed", chosen) == "production"
