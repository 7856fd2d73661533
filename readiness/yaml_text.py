"""How are question sets written and read as YAML, also when the text is hostile?"""

from typing import Any

import yaml

MOST_CHARACTERS = 200_000
MOST_DEPTH = 8


class YamlFault(ValueError):
    """The text cannot be read as a question set."""


def load(text: str) -> Any:
    """Plain data from YAML. No aliases (they can grow without bound), no tags, no deep nesting."""
    if len(text) > MOST_CHARACTERS:
        raise YamlFault(f"The text has more than {MOST_CHARACTERS} characters.")
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise YamlFault("Aliases are not read here: write the value out.")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MOST_DEPTH:
                raise YamlFault("The YAML is nested too deeply.")
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as fault:
        if isinstance(fault, YamlFault):
            raise
        raise YamlFault(f"This is not YAML: {fault}"[:500]) from None


def dump(data: Any) -> str:
    """YAML that people edit: in the order given, long texts folded, codes quoted."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
