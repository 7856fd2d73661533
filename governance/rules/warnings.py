"""What does a portfolio warn of? Derived, never stored by hand: each has a code, a sentence, subjects and what mends it.

A new warning about one use case: add its code to `FLAGS` and its condition to `flags`. About the whole portfolio:
add it to `warnings`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from governance.rules.facts import Facts
from governance.rules.status import Standing, Status
from portfolio.rules import Policy, Stage

MOST_SUBJECTS = 50  # listed with a warning; its text names the full number


@dataclass(frozen=True)
class Subject:
    id: str
    key: str
    title: str


@dataclass(frozen=True)
class Warning_:
    """`mend` names the act that ends the warning."""

    code: str
    text: str
    subjects: tuple[Subject, ...]
    mend: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


# code → (one, many, what mends it)
FLAGS: dict[str, tuple[str, str, str]] = {
    "exception_ending": ("{one}'s cap exception is about to end.", "{n} cap exceptions are about to end.", "Pause it, or renew the exception"),
    "exception_ended": ("{one}'s cap exception has ended.", "{n} cap exceptions have ended.", "Pause it, or renew the exception"),
    "no_date": ("{one} has no go/no-go date.", "{n} pilots have no go/no-go date.", "Choose a lane, name owners and agree a date"),
    "review_missed": ("{one} is paused past its review.", "{n} are paused past their review.", "Resume, stop, or set a new review"),
    "paused_too_long": ("{one} has been paused too long: stop is advised.", "{n} have been paused too long: stop is advised.", "Stop or resume"),
    "purgatory": ("{one} has been in pilot longer than {limit} days without a decision.", "{n} have been in pilot longer than {limit} days without a decision.", "Decide"),
    "waiting_too_long": ("{one} has waited longer than it said it would.", "{n} have waited longer than they said they would.", "Pause it"),
    "never_gated": ("{one} is live, never gated: no go is on record.", "{n} are live, never gated: no go is on record.", "Date its gate, or roll it back"),
    "waiting_on_us": ("{one} mostly waits on us: over {share} % of its time in pilot was governance.", "{n} mostly wait on us: over {share} % of their time in pilot was governance.", "Decide the open requests"),
    "silent": ("Nothing was recorded on {one} for {silent} days.", "Nothing was recorded on {n} for {silent} days.", "Ask its lead"),
}  # fmt: skip


def flags(facts: Facts, standing: Standing, policy: Policy) -> list[str]:
    """The codes that one use case contributes to its portfolio's warnings."""
    on, stage = facts.on, facts.stage
    pilot = stage == Stage.PILOT
    paused_days = (on - facts.stage_since_on).days if stage == Stage.PAUSED else 0
    ends = facts.cap_exception_until if pilot else None
    notice = timedelta(days=policy.exception_notice_days)
    recorded = facts.last_recorded_on
    found = {
        "exception_ending": ends is not None and on <= ends <= on + notice,
        "exception_ended": ends is not None and ends < on,
        "no_date": pilot and standing.status == Status.NO_DATE,
        "review_missed": stage == Stage.PAUSED and facts.review_on is not None and facts.review_on < on,
        "paused_too_long": paused_days > policy.paused_limit_days
        or (stage == Stage.PAUSED and facts.reviews_missed >= policy.missed_reviews_before_stop),
        "purgatory": pilot and facts.in_stage_days > policy.pilot_limit_days,
        "waiting_too_long": pilot and facts.waiting_until_on is not None and facts.waiting_until_on < on,
        "never_gated": stage == Stage.PRODUCTION and facts.gone_on is None and facts.agreed_on is None,
        "waiting_on_us": pilot
        and facts.governance_days >= 5
        and facts.governance_days * 100 > policy.governance_share_percent * max(facts.in_stage_days, 1),
        "silent": pilot and recorded is not None and (on - recorded).days > policy.silent_days,
    }
    return [code for code in FLAGS if found[code]]


def warnings(
    flagged: Mapping[str, Sequence[Subject]],
    slots_taken: int,
    policy: Policy,
    pause_first: Sequence[Subject],
    overloaded: Sequence[tuple[str, int]],
) -> list[Warning_]:
    """All warnings of a portfolio, the cap first.

    `pause_first`: pilots advised for pause or stop, first to pause first. `overloaded`: (a person's name, how
    many active pilots they lead or sponsor), only those over the policy's number.
    """
    found = []
    cap = policy.pilot_cap
    if slots_taken > cap:
        over = slots_taken - cap
        first = f" Pause {pause_first[0].title} first." if pause_first else ""
        text = f"{slots_taken} pilots active, the cap is {cap}: {over} too many.{first}"
        found.append(Warning_("over_cap", text, tuple(pause_first[:over][:MOST_SUBJECTS]), "Pause the rest"))
    elif slots_taken == cap:
        text = f"All {cap} slots are taken. The next pilot needs one to end."
        found.append(Warning_("at_cap", text, (), "Decide a pilot to free its slot"))
    for name, count in overloaded:
        text = f"{name} leads or sponsors {count} active pilots; the limit is {policy.active_pilots_per_person}."
        found.append(Warning_("too_many_pilots", text, (), "Hand one over"))
    for code, (one, many, mend) in FLAGS.items():
        subjects = flagged.get(code, ())
        if code == "exception_ended" and slots_taken <= cap:
            continue  # back under the cap: nothing exceeds it any more
        if subjects:
            words = {"one": subjects[0].title, "n": len(subjects), "limit": policy.pilot_limit_days,
                     "silent": policy.silent_days, "share": policy.governance_share_percent}  # fmt: skip
            text = (one if len(subjects) == 1 else many).format(**words)
            found.append(Warning_(code, text, tuple(subjects[:MOST_SUBJECTS]), mend))
    return found
