"""How do we say to a leader which set is best, and why?

One sentence each; money as every page writes it, a chance to the nearest 5 % and never more than two figures of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from governance.selection.candidates import Pool
from governance.selection.why import Answer, Limits, Swap
from portfolio import formats
from roi import words

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
FEW = 4  # candidates; fewer are a first look only
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def count(number: int) -> str:
    """three; 12 from eleven on."""
    return _COUNTS[number] if number < len(_COUNTS) else f"{number:,}"


def listed(parts: Sequence[str]) -> str:
    """A, B and C."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def share(part: float) -> str:
    """in 8 of 10 worlds, or in every one of them."""
    return "in every world we tried" if part >= 1.0 else f"in {words.chance(part).replace(' in ', ' of ')} worlds"


def answer(found: Answer, names: Sequence[str], pool: Pool, limits: Limits, currency: str) -> list[str]:
    """What a leader reads, sentence by sentence: whom to run, how sure, what is next best, what more would be worth."""
    if not names:
        return []
    said = [_run(found, names, limits.cap), *_sure(found, names, pool, limits), *_next_best(found, names, currency)]
    more = [_slot(found, limits.cap, currency), _money(found, currency)]
    said += [one for one in ("; ".join(filter(None, more)),) if one]
    return [f"{one[0].upper()}{one[1:]}." for one in said]


def _run(found: Answer, names: Sequence[str], cap: int) -> str:
    if not found.chosen:
        return "with a cap of 0 no pilot may run" if cap == 0 else (
            f"of the {count(len(names))} compared none that may run is worth its pilot: run none of them"
            if len(names) > 1
            else f"{names[0]} is not worth its pilot, or may not run: run none"
        )  # fmt: skip
    proven = "" if found.proven else ": the best found in the time there was, not proven"
    return f"run {listed([names[i] for i in found.chosen])}{proven}"


def _sure(found: Answer, names: Sequence[str], pool: Pool, limits: Limits) -> list[str]:
    """How often each chosen one is right, those alike together; or plainly why that cannot be said."""
    free = [i for i in found.chosen if i not in limits.keep]
    if not free:
        return []
    if not pool.told_apart:
        return [
            "the stated ranges overlap so far that they do not tell these apart: readings, and what their pilots cost, decide"
        ]
    if len(names) == 1:
        return ["nothing else has a value to compare it with"]
    by_words: dict[str, list[str]] = {}
    for i in sorted(free, key=lambda i: -found.shares[i]):
        by_words.setdefault(share(found.shares[i]), []).append(names[i])
    groups = [
        f"{listed(some)} {'is' if len(some) == 1 else 'are'} right {how}" if first else f"{listed(some)} {how}"
        for first, (how, some) in zip((True, *(False,) * len(by_words)), by_words.items(), strict=False)
    ]
    few = [f"only {count(len(names))} could be compared: take it as a first look"] if len(names) < FEW else []
    return [listed(groups), *few]


def _next_best(found: Answer, names: Sequence[str], currency: str) -> list[str]:
    """The change that would cost least, if any of those not chosen may come in."""
    open_ones = [(swap.loss, i) for i, swap in found.regret.items() if i not in found.barred and swap.loss < math.inf]
    if not open_ones or not found.chosen:
        return []
    loss, i = min(open_ones)
    come = listed([names[i], *(names[j] for j in found.regret[i].come if j != i)])
    instead = listed([names[j] for j in found.regret[i].leave]) if found.regret[i].leave else ""
    taking = f"taking {come} instead of {instead}" if instead else f"adding {come}"
    if _is_nothing(loss, currency):
        return [f"{taking} would be worth as much"]
    return [f"{taking} would cost {formats.money(loss, currency)} of expected value"]


def _slot(found: Answer, cap: int, currency: str) -> str:
    gain = -found.slot.loss
    if math.isnan(gain) or math.isinf(gain):
        return ""
    slot = f"a{'n' * (cap == 7)} {_ORDINALS[cap]} slot" if cap < len(_ORDINALS) else "one more slot"
    return (
        f"{slot} would add nothing"
        if _is_nothing(gain, currency)
        else f"{slot} is worth {formats.money(gain, currency)} more"
    )


def _money(found: Answer, currency: str) -> str:
    if found.money is None or not math.isfinite(found.money.loss):
        return ""
    gain, step = -found.money.loss, formats.money(found.step, currency)
    if _is_nothing(gain, currency):
        return f"{step} more budget would change nothing"
    return f"{step} more budget is worth {formats.money(gain, currency)}"


def why_in(swap: Swap, names: Sequence[str], currency: str) -> str:
    """What is lost without a chosen one."""
    if math.isnan(swap.loss):
        return "Not worked out in the time there was."
    come = f" and {listed([names[i] for i in swap.come])} would come in" if swap.come else ""
    if _is_nothing(swap.loss, currency):
        return f"Without it nothing is lost{come}."
    more, amount = ("less", swap.loss) if swap.loss > 0 else ("more", -swap.loss)
    return f"Without it the set is worth {formats.money(amount, currency)} {more}{come}."


def why_out(swap: Swap, i: int, names: Sequence[str], currency: str) -> str:
    """What it would cost to force candidate i in."""
    if math.isnan(swap.loss):
        return "Not worked out in the time there was."
    if math.isinf(swap.loss):
        return "No set that fits can hold it."
    beside = [names[j] for j in swap.come if j != i]
    place = (f" with {listed(beside)}" if beside else "") + (
        f" instead of {listed([names[j] for j in swap.leave])}" if swap.leave else ""
    )
    if _is_nothing(swap.loss, currency):
        return f"It would be worth as much{place}."
    verb, amount = ("cost", swap.loss) if swap.loss > 0 else ("add", -swap.loss)
    return f"Running it{place} would {verb} {formats.money(amount, currency)}."


def _is_nothing(amount: float, currency: str) -> bool:
    """Would it be written as 0?"""
    return formats.money(abs(amount), currency) == formats.money(0.0, currency)


def together(found: Answer, currency: str) -> str:
    """What the set is worth, and what it costs until it can be decided."""
    if not found.chosen:
        return ""
    worth, cost = formats.money(found.value, currency), formats.money(found.cost, currency)
    who = "Together they are" if len(found.chosen) > 1 else "It is"
    whose = "their pilots" if len(found.chosen) > 1 else "its pilot"
    return f"{who} worth {worth} of expected value, after the {cost} that {whose} cost{'' if len(found.chosen) > 1 else 's'} until decided."


def today(
    found: Answer, values: Sequence[float], running: int, pause: Sequence[str], take: Sequence[str], currency: str
) -> str:
    """The difference to what runs today. values: of the running pilots that have one; pause, take: titles."""
    if not running:
        return "No pilot runs today."
    if len(values) < running:
        known = f", of which {count(len(values))} can be compared" if values else ", none of which can be compared"
    else:
        known = ""
    pilots = f"{count(running)} pilot{'s' if running != 1 else ''} run{'' if running != 1 else 's'} today{known}"
    if not pause and not take:
        return (
            f"{pilots[0].upper()}{pilots[1:]}: the best set changes nothing about {'them' if running != 1 else 'it'}."
        )
    sum_today = math.fsum(values)
    gain = found.value - sum_today
    worth = (
        f"; {'they are' if len(values) != 1 else 'it is'} worth {formats.money(sum_today, currency)}" if values else ""
    )
    more = f", the best set {formats.money(abs(gain), currency)} {'more' if gain >= 0 else 'less'}" if values else ""
    steps = [f"{verb} {listed(titles)}" for verb, titles in (("pause", pause), ("take in", take)) if titles]
    return f"{pilots[0].upper()}{pilots[1:]}{worth}{more}. To get there {' and '.join(steps)}."
