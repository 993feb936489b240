"""YAML with line numbers: text -> plain data, the line of every path, and all its faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lessontools.errors import Fault, did_you_mean

__all__ = ["Source", "model_faults", "read_source"]

Where = tuple[str | int, ...]

# the parser in C reads a bank in a tenth of the time; where PyYAML has none, its own in Python does the same
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = {  # YAML 1.2's core schema: yes, no, on and off are words, and 1:30 is no number
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "null": (r"~|null|Null|NULL|", ("~", "n", "N", "")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN)", "-+.0123456789"),
}
_Loader: Any = type("_Loader", (_Safe,), {"yaml_implicit_resolvers": {}})
for _tag, (_form, _first) in _CORE.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), list(_first))

_CURES = {
    "string_type": "write it as text; put quotes around what looks like a number",
    "bool_type": "write true or false (yes, no, on and off are plain words in YAML 1.2)",
    "string_too_short": "it is empty; write it, or remove the key",
    "string_pattern_mismatch": "use lower-case words joined by hyphens, such as zero-grad",
    "union_tag_not_found": "say which kind of question it is, with 'kind:'",
    "tuple_type": "write it as a list",
    "float_type": "write a number",
    "int_type": "write a whole number",
}


@dataclass
class Source:
    """A YAML file's data, the line on which each path starts, and the faults found while reading."""

    file: str
    data: Any = None
    lines: dict[Where, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, where: Where) -> int:
        """Return the line of a path, or of the nearest part of it that is there."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


def read_source(path: Path, shown: str = "") -> Source:
    """Return what a YAML file holds; faults (unreadable, syntax, duplicate keys) are in it, not raised."""
    source = Source(shown or path.name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        source.faults.append(Fault(source.file, 1, "unreadable", "", f"cannot be read: {why}", "check the file"))
        return source
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = " ".join(filter(None, (error.context, error.problem)))
        cure = "mend the YAML there: indentation, quotes around ':' or '#', a missing space after ':' or '-'"
        source.faults.append(Fault(source.file, line, "yaml", "", problem, cure))
        return source
    except yaml.YAMLError as error:
        source.faults.append(Fault(source.file, 1, "yaml", "", str(error), "mend the YAML"))
        return source
    try:
        source.data = _plain(node, (), source) if node is not None else None
    except RecursionError:
        source.faults.append(Fault(source.file, 1, "yaml", "", "an anchor holds itself", "write it out instead"))
    if source.data is None and not source.faults:
        source.faults.append(Fault(source.file, 1, "empty", "", "the file is empty", "fill it, or remove it"))
    return source


def _plain(node: Node, where: Where, source: Source) -> Any:
    source.lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in found:
                cure = f"keep one of them (the first is on line {source.lines[(*where, key)]})"
                source.faults.append(Fault(source.file, line, "duplicate-key", "", f"'{key}' is given twice", cure))
                continue
            source.lines[(*where, key)] = line
            found[key] = _plain(value_node, (*where, key), source)
        return found
    if isinstance(node, SequenceNode):
        return [_plain(each, (*where, place), source) for place, each in enumerate(node.value)]
    return _scalar(node, source) if isinstance(node, ScalarNode) else None


def _scalar(node: ScalarNode, source: Source) -> Any:
    text, tag = node.value, str(node.tag).rsplit(":", 1)[-1]
    try:
        match tag:
            case "int":
                return int(text.replace("_", ""), 0) if text.lstrip("+-0") else 0
            case "float":
                return float(text.replace("_", ""))
            case "bool":
                return text.lower() == "true"
            case "null":
                return None
    except ValueError:
        line = node.start_mark.line + 1
        source.faults.append(Fault(source.file, line, "yaml", "", f"'{text}' is not a number", "put it in quotes"))
    return text


def model_faults(source: Source, at: Where, data: Any, error: ValidationError, item: str) -> list[Fault]:
    """Return pydantic's errors as faults with lines and cures; `at` is the path of the data in the file."""
    faults = []
    for each in error.errors():
        if each["type"] == "too_short" and each["ctx"]["actual_length"] == 0 and len(error.errors()) > 1:
            continue  # the list is only empty because its entries, already told, did not parse
        # the loc of a union holds the tag of the kind as well, which is no part of the file's path
        loc = tuple(part for part in each["loc"] if not _is_tag(part, data))
        name = str(loc[-1]) if loc else ""
        message, cure = _told(each, name, _parent(data, loc), error)
        rule = {"extra_forbidden": "unknown-field", "missing": "missing-field"}.get(each["type"], "field")
        faults.append(Fault(source.file, source.line((*at, *loc)), rule, item, message, cure))
    return faults


def _is_tag(part: object, data: Any) -> bool:
    return isinstance(data, Mapping) and part == data.get("kind") and part not in data


def _parent(data: Any, loc: tuple[Any, ...]) -> Any:
    for part in loc[:-1]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _told(each: Any, name: str, parent: Any, error: ValidationError) -> tuple[str, str]:
    kind, message = each["type"], each["msg"].removeprefix("Value error, ")
    if kind == "missing":
        return f"'{name}' is missing", f"add '{name}:'"
    if kind == "extra_forbidden":
        missing = [str(e["loc"][-1]) for e in error.errors() if e["type"] == "missing"]
        near = did_you_mean(name, missing) or "; remove it, or see docs/authoring.md for the fields of each kind"
        return f"unknown field '{name}'", near.lstrip("; ")
    if kind == "value_error":
        return message, ""
    if kind == "union_tag_invalid":
        tag = parent.get("kind") if isinstance(parent, Mapping) else each["input"].get("kind")
        known = each["ctx"]["expected_tags"].replace("'", "").split(", ")
        return f"no kind '{tag}'{did_you_mean(str(tag), known)}", f"use one of {', '.join(known)}"
    label = f"'{name}': " if name else ""
    return f"{label}{message[0].lower()}{message[1:]}", _CURES.get(kind, "see docs/authoring.md")
