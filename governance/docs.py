"""Which pages of docs/reference/ follow from the code? Each is made here, and `./dev check` sees that it is current."""

from portfolio.access import TABLE
from portfolio.rules import MOVES, Role, Stage

HEAD = "<!-- Made by `./dev manage write_docs`. Do not edit: change what it is made from. -->\n"


def stages() -> str:
    """The table of moves, as a table and as a diagram."""
    lines = [HEAD, "# Stages\n", "One table holds the moves (`portfolio/rules/stages.py`).\n"]
    lines += ["| Verb | From | To | Can be undone |", "| --- | --- | --- | --- |"]
    for move in MOVES.values():
        sources = ", ".join(sorted(move.sources))
        target = move.target or "the stage it left"
        lines.append(f"| {move.verb} | {sources} | {target} | {'asks first' if move.asks_first else 'yes'} |")
    lines += ["", "```mermaid", "stateDiagram-v2", "    [*] --> proposed: register"]
    for move in MOVES.values():
        targets = [move.target] if move.target else [Stage.PILOT, Stage.PRODUCTION]
        for source in sorted(move.sources):
            lines += [f"    {source} --> {target}: {move.verb}" for target in targets]
    lines += ["    declined --> [*]", "    retired --> [*]", "```", ""]
    return "\n".join(lines)


def access() -> str:
    """Who may what, and which verb each route asks for."""
    roles = list(Role)
    lines = [HEAD, "# Who may what\n", "From `portfolio/access.yaml`, which the code and the route test read too.\n"]
    lines += [f"| Verb | {' | '.join(roles)} | Others | A token with |", f"| --- {'| --- ' * len(roles)}| --- | --- |"]
    for right in TABLE.rights.values():
        marks = " | ".join("yes" if role in right.roles else "–" for role in roles)
        others = [f"{seat} of the use case" for seat in sorted(right.seats)]
        others += ["instance administrator"] * right.admin + ["oneself"] * right.self
        scope = f"`{right.scope}`" if right.scope and not right.person else "never"
        lines.append(f"| `{right.verb}` | {marks} | {', '.join(others) or '–'} | {scope} |")
    lines += ["", "## Routes\n", f"Without sign-in: {', '.join(f'`{name}`' for name in sorted(TABLE.public))}.\n"]
    lines += ["| Route | Method | Verb |", "| --- | --- | --- |"]
    for route, methods in sorted(TABLE.routes.items()):
        lines += [f"| `{route}` | {method} | `{verb}` |" for method, verb in methods.items()]
    return "\n".join([*lines, ""])


PAGES = {"stages.md": stages, "access.md": access}
