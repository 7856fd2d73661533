"""How does the OpenAPI document describe the door, which is no serializer view?

From the very shapes its decoder is compiled from, so the description cannot drift from what is taken.
"""

import json
from typing import Any

import msgspec

from feedback.ingest import Answer
from feedback.shapes import Envelope

PATH = "/api/v1/use-cases/{ref}/feedback/batch/"
_PREFIX = "Feedback"
_OTHERS = {
    "application/x-ndjson": "One event a line.",
    "application/cloudevents+json": "CloudEvents 1.0; `data` holds the event without id, type and at.",
    "application/cloudevents-batch+json": "A list of CloudEvents 1.0.",
}
_REFUSALS = {
    "400": "The envelope is not usable: not JSON, a duplicate key, deeper than 32, empty, cut short.",
    "401": "No valid token.",
    "403": "The token, or the person, may not send feedback here.",
    "404": "There is no such use case, or none you may see.",
    "413": "More than 5,000 events, or more than 4 MiB unpacked.",
    "415": "A media type or Content-Encoding we do not take.",
    "429": "Too many requests; `Retry-After` says how long to wait.",
    "503": "Nothing was stored; send the same batch again after `Retry-After`.",
}


def door(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Post-processing hook of the schema: add the door and the shapes of its events."""
    (envelope, answer), shapes = msgspec.json.schema_components(
        (Envelope, Answer), ref_template=f"#/components/schemas/{_PREFIX}{{name}}"
    )
    schemas = result["components"]["schemas"]
    told = {f"{_PREFIX}{name}": shape | {"title": f"{_PREFIX}{name}"} for name, shape in shapes.items()}
    told[f"{_PREFIX}Envelope"]["properties"]["events"] |= {"minItems": 1, "maxItems": 5_000}
    schemas |= json.loads(json.dumps(told).replace("\\\\Z", "$"))  # the end of a text, as ECMA-262 writes it
    content = {"application/json": {"schema": envelope}}
    content |= {kind: {"schema": {"type": "string", "description": text}} for kind, text in _OTHERS.items()}
    result["paths"][PATH] = {
        "post": {
            "operationId": "post_use_cases_feedback_batch",
            "summary": "Hand in 1 to 5,000 events; 200 means stored for good",
            "description": "Each event is accounted for. The same id with the same content is a duplicate, with other "
            "content a conflict; an event with a fault is rejected alone. `Content-Encoding: gzip` is welcome.",
            "tags": ["use-cases"],
            "security": [{"token": []}, {"session": []}],
            "parameters": [{"in": "path", "name": "ref", "schema": {"type": "string"}, "required": True}],
            "requestBody": {"required": True, "content": content},
            "responses": {
                "200": {
                    "description": "What became of each event.",
                    "content": {"application/json": {"schema": answer}},
                },
                **{code: _refusal(text) for code, text in _REFUSALS.items()},
            },
        }
    }
    result["paths"] = dict(sorted(result["paths"].items()))
    return result


def _refusal(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/problem+json": {"schema": {"type": "object"}}}}
