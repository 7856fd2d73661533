"""Do the adapters of the how-to tell what they promise? Run as printed, against stand-ins that call as the libraries do."""

import re
import sys
from types import ModuleType, SimpleNamespace
from uuid import uuid4

import pytest

from tests.feedback.server import ROOT

PAGE = ROOT / "docs" / "how-to" / "send-feedback.md"


class Told:
    """A client that only listens."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda **said: self.calls.append((name, said))


@pytest.fixture
def recipe(monkeypatch):
    """The code block under a heading, run with the modules given; answers its names."""

    def run(heading, modules):
        for path, members in modules.items():
            for end in range(1, path.count(".") + 2):
                package = ".".join(path.split(".")[:end])
                monkeypatch.setitem(sys.modules, package, ModuleType(package))
            vars(sys.modules[path]).update(members)
        block = re.search(rf"^## {heading}.*?^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1]
        names = {}
        exec(block.split("\n\n\nchain.invoke")[0], names)  # noqa: S102 — our own page
        return names

    return run


def test_a_finished_chain_is_a_suggestion_under_the_applications_own_case(recipe):
    told = Told()
    names = recipe("A callback", {"langchain_core.callbacks": {"BaseCallbackHandler": object}})
    handler, outer, inner, lost = names["Suggested"](told), uuid4(), uuid4(), uuid4()
    handler.on_chain_start({}, {}, run_id=outer, tags=[], metadata={"case": "L-1", "model": "router 3.2"}, name="c")
    handler.on_chain_start({}, {}, run_id=inner, parent_run_id=outer, tags=[], metadata={"case": "L-1"})
    handler.on_chain_end({"text": "inner"}, run_id=inner, parent_run_id=outer, tags=[])
    handler.on_chain_end({"text": "Pay it."}, run_id=outer, parent_run_id=None, tags=[])
    handler.on_chain_start({}, {}, run_id=lost, parent_run_id=None, tags=[], metadata=None)
    handler.on_chain_error(ValueError(), run_id=lost, parent_run_id=None, tags=[])
    assert told.calls == [("suggestion", {"case": "L-1", "model": "router 3.2", "summary": "{'text': 'Pay it.'}"})]
    assert handler.said == {}


def test_an_evaluation_is_an_outcome_and_a_score_is_a_signal(recipe):
    told, done = Told(), SimpleNamespace(SUCCESS="done")
    names = recipe(
        "OpenTelemetry",
        {"opentelemetry.sdk._logs.export": {"LogRecordExporter": object, "LogRecordExportResult": done}},
    )

    def record(name, **said):
        attributes = {f"gen_ai.{key.replace('__', '.')}": value for key, value in said.items()}
        return SimpleNamespace(log_record=SimpleNamespace(event_name=name, attributes=attributes))

    batch = [
        record("gen_ai.evaluation.result", evaluation__score__label="pass", response__id="r1"),
        record("gen_ai.evaluation.result", evaluation__score__label="fail", response__id="r2"),
        record("gen_ai.evaluation.result", evaluation__score__value=0.4, evaluation__name="Relevance"),
        record("gen_ai.choice", evaluation__score__label="pass"),
    ]
    exporter = names["Evaluations"](told)
    assert exporter.export(batch) == "done"
    exporter.shutdown()
    assert told.calls == [
        ("outcome", {"case": "r1", "correct": True}), ("outcome", {"case": "r2", "correct": False}),
        ("signal", {"signal": "Relevance", "value": 0.4}), ("close", {}),
    ]  # fmt: skip
