"""YAML in which a key stands once. PyYAML takes the last of several; DVC refuses the file."""

from typing import Any

import yaml


class _UniqueKeys(yaml.SafeLoader):
    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        lines: dict[str, int] = {}
        for key, _ in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                raise yaml.YAMLError(f"line {line}: the key {name} is also in line {lines[name]}; remove one of them")
            lines[name] = line
        return node


def load_yaml(text: str) -> Any:
    """Content of a YAML document.

    Raises:
        yaml.YAMLError: it is not valid, or a mapping has a key twice.
    """
    return yaml.load(text, _UniqueKeys)
