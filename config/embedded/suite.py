"""How does `./dev test` give the suite a database and a broker that nobody will miss?"""

import subprocess
import sys

from . import services

WORKERS = "2"  # the reference machine has two cores; more start-up would cost more than it gains


def run(arguments: list[str]) -> int:
    """Run pytest with these arguments; returns its exit code."""
    full = "--full" in arguments
    arguments = [argument for argument in arguments if argument != "--full"]
    with services.throw_away() as used:
        environment = used.environment()
        environment["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
        if full:
            environment["PILOTAGE_FULL"] = "1"
        command = [sys.executable, "-m", "pytest", *_parallel(arguments), *arguments]
        return services.wait(subprocess.Popen(command, env=environment))


def _parallel(arguments: list[str]) -> list[str]:
    """`-n 2`, unless the arguments decide that themselves or ask for one test or a debugger."""
    decided = any(
        argument.startswith(("-n", "--numprocesses", "--pdb", "--trace")) or "::" in argument or argument == "no:xdist"
        for argument in arguments
    )
    return [] if decided else ["-n", WORKERS]
