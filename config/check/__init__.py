"""Is the code as the house wants it? `./dev check` runs every step, one line each, and fails if any failed."""

import contextlib
import os
import time

from config.embedded import services

from . import steps

SHOWN = 40  # lines of a failed step's output, the last ones


def run(arguments: list[str]) -> int:
    """All steps, or those named. A failed step shows what it found below its line."""
    known = steps.every()
    if unknown := set(arguments) - set(known):
        print(f"unknown: {', '.join(sorted(unknown))}; steps: {', '.join(known)}")
        return 2
    chosen = {name: step for name, step in known.items() if not arguments or name in arguments}
    with contextlib.ExitStack() as stack:
        if steps.ASK_A_SERVER & set(chosen):
            os.environ.update(stack.enter_context(services.throw_away()).environment("config.settings.test"))
        failed = _asked(chosen)
    print(f"{len(failed)} failed: {', '.join(failed)}" if failed else "all ok")
    return 1 if failed else 0


def _asked(chosen: dict[str, steps.Step]) -> list[str]:
    """Run each step, say how it went, return the names of those that failed."""
    failed = []
    for name, step in chosen.items():
        began = time.monotonic()
        found = step()
        word = {None: "ok", "": "ok"}.get(found, "FAILED")
        if isinstance(found, steps.Skipped):
            word = f"skipped: {found}"
        elif found:
            failed.append(name)
        print(f"{name:<12} {word} ({time.monotonic() - began:.1f} s)", flush=True)
        if word == "FAILED":
            lines = str(found).strip().splitlines()
            print("".join(f"    {line}\n" for line in lines[-SHOWN:]), end="", flush=True)
    return failed
