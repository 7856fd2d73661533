"""Does the record itself keep the rules of the trade? Check 7 of the ledger (design decision D4), line by line.

The stand-alone verifier in `tools/` says the same in its own words, on purpose: it must not share code with what it
checks. `tests/ledger/test_export.py` asks both about the same chains.
"""

from collections.abc import Mapping
from typing import Any

from portfolio.rules import MOVES, Verb

GO = MOVES[Verb.GO].event
BRINGS = ("decision", "request", "answer")  # what a line may name first; `items` lists several


class Replay:
    """Call it with each parsed canonical line in order; it returns the sentence of a broken rule, or None."""

    def __init__(self) -> None:
        self._known: set[str] = set()  # ids of lines, subjects, decisions and requests so far
        self._open: dict[str, tuple[str, str, str | None]] = {}  # request → use case, kind, author
        self._leads: dict[str, str | None] = {}
        self._gone: set[str] = set()  # people whose role here was taken away

    def __call__(self, line: Mapping[str, Any]) -> str | None:
        payload = line["payload"]
        own = {text for name in BRINGS if isinstance(text := payload.get(name), str)}
        if isinstance(several := payload.get("items"), list):
            own |= {text for text in several if isinstance(text, str)}
        if line["refers_to"] and line["refers_to"] not in self._known and line["refers_to"] not in own:
            return "it refers to something that is not there."
        if line["supersedes"] and line["supersedes"] not in self._known:
            return "it supersedes something that is not there."
        told = self._broken_go(line) if line["event_type"] == GO else None
        self._known |= own | {line["entry_id"], line["subject_id"]}
        self._remember(line, payload)
        return told

    def _broken_go(self, line: Mapping[str, Any]) -> str | None:
        payload = line["payload"]
        asked = self._open.get(payload.get("request") or "")
        if asked is None or asked[:2] != (line["subject_id"], Verb.GO):
            return "a go without an open request."
        if line["actor_kind"] != "person":
            return "a go that no person decided."
        deciders = {line["actor_id"], line["on_behalf_of"], payload.get("on_behalf_of")} - {None}
        if asked[2] in deciders:
            return "whoever asked for the go decided it."
        if {self._leads.get(line["subject_id"]), payload.get("lead")} & deciders:
            return "the lead decided the go of their own use case."
        if self._gone & deciders:
            return "it was decided by somebody without a role at that time."
        return None

    def _remember(self, line: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
        request = payload.get("request")
        if line["event_type"] == "request.opened":
            self._open[str(request)] = (line["subject_id"], payload.get("kind", ""), line["actor_id"])
        elif request:
            self._open.pop(request, None)
        if "lead" in payload.get("seats", {}):
            self._leads[line["subject_id"]] = payload["seats"]["lead"]
        if line["event_type"] == "member.removed":
            self._gone.add(payload.get("user", ""))
        elif line["event_type"] == "member.added":
            self._gone.discard(payload.get("user", ""))
