"""Which of the four tones, which shape and which words does a code have?

One table for the whole product: statuses, live statuses, stages, choices, answers, decisions, verdicts, fitness.
Shape and word carry the meaning; the tone only repeats it.
"""

from typing import NamedTuple


class Tone(NamedTuple):
    """`tone` is go, warn, stop or idle; `icon` a name for the icon tag; `words` what is shown without other text."""

    tone: str
    icon: str
    words: str


TONES: dict[str, Tone] = {
    # status of a pilot or a proposed use case
    "ready": Tone("go", "check", "Ready to decide"),
    "on_course": Tone("go", "arrow", "On course"),
    "at_risk": Tone("warn", "alert", "At risk"),
    "no_date": Tone("idle", "ring", "No date possible"),
    "stop_advised": Tone("stop", "x", "Stop advised"),
    # status of a live use case
    "steady": Tone("go", "check", "Steady"),
    "watch": Tone("warn", "eye", "Watch"),
    "act": Tone("stop", "alert", "Act"),
    # stages: no advice, so no colour but for what is live
    "proposed": Tone("idle", "proposed", "proposed"),
    "pilot": Tone("idle", "run", "pilot"),
    "production": Tone("go", "live", "live"),
    "paused": Tone("idle", "pause", "paused"),
    "declined": Tone("idle", "ban", "declined"),
    "stopped": Tone("idle", "stop", "stopped"),
    "retired": Tone("idle", "archive", "retired"),
    # choices on the board, decisions
    "run": Tone("go", "run", "run"),
    "pause": Tone("idle", "pause", "pause"),
    "stop": Tone("stop", "stop", "stop"),
    "go": Tone("go", "check", "go"),
    "no_go": Tone("warn", "x", "no-go"),
    "select": Tone("idle", "run", "select"),
    "resume": Tone("idle", "run", "resume"),
    "decline": Tone("idle", "ban", "decline"),
    "reopen": Tone("idle", "proposed", "reopen"),
    "return": Tone("idle", "proposed", "return"),
    "roll_back": Tone("warn", "history", "roll back"),
    "retire": Tone("idle", "archive", "retire"),
    "outdated": Tone("warn", "alert", "outdated"),
    "superseded": Tone("idle", "history", "superseded"),
    "rough": Tone("idle", "ring", "rough"),
    # answers
    "not_started": Tone("idle", "ring", "not started"),
    "draft": Tone("idle", "draft", "draft"),
    "waiting": Tone("warn", "clock", "waiting"),
    "clear": Tone("go", "check", "clear"),
    "not_clear": Tone("stop", "x", "not clear"),
    "does_not_apply": Tone("idle", "dash", "does not apply"),
    # blocking items, waivers, requests
    "open": Tone("idle", "ring", "open"),
    "closed": Tone("go", "check", "closed"),
    "overdue": Tone("stop", "clock", "overdue"),
    "waived": Tone("warn", "shield", "waived"),
    "hard": Tone("stop", "ban", "hard"),
    "condition": Tone("warn", "flag", "condition"),
    "advisory": Tone("idle", "info", "advisory"),
    "signed": Tone("go", "check", "signed"),
    "void": Tone("warn", "clock", "to sign again"),
    # verdicts on value
    "realised": Tone("go", "check", "realised"),
    "on_track": Tone("go", "arrow", "on track"),
    "behind": Tone("warn", "alert", "behind"),
    "off_track": Tone("stop", "x", "off track"),
    "not_yet_known": Tone("idle", "ring", "not yet known"),
    # fitness of data, signals
    "fit": Tone("go", "check", "fit"),
    "partly": Tone("warn", "half", "partly fit"),
    "poor": Tone("stop", "x", "poor"),
    "unknown": Tone("idle", "ring", "not rated"),
    "inside": Tone("go", "check", "inside"),
    "near": Tone("warn", "alert", "close to its limit"),
    "outside": Tone("stop", "x", "outside its limit"),
    "silent": Tone("stop", "silent", "monitoring silent"),
    # plain tones, for words of one page only
    "error": Tone("stop", "error", "error"),
    "warn": Tone("warn", "alert", "warning"),
    "idle": Tone("idle", "ring", ""),
}


def tone_of(code: str) -> Tone:
    """The look of a code, however it is spelled ("no-go", "not clear"); an unknown one is idle with its own words."""
    key = str(code).strip().lower().replace(" ", "_").replace("-", "_")
    return TONES.get(key) or Tone("idle", "ring", str(code).replace("_", " "))
