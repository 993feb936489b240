"""A cell's outputs: what a kernel sent -> what is stored, the same in every run and on every machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["RULES", "normal_outputs", "normal_text"]

VIEW = "application/vnd.jupyter.widget-view+json"
RULES = (  # tests/notebooks/nbval.cfg holds the same rules
    (re.compile(r"""[^\s"'<>]*ipykernel_\d+[/\\]\d+\.py"""), "<cell>"),
    (re.compile(r"""[^\s"'<>]*[/\\]site-packages[/\\]"""), "site-packages/"),
    (re.compile(r"\b0x[0-9a-f]{6,}"), "0x..."),
)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_COUNTS = {"execute_result"}


def normal_text(text: str) -> str:
    """Return text without what differs from run to run: the kernel's files, places of packages, addresses."""
    for pattern, shown in RULES:
        text = pattern.sub(shown, text)
    return text


def normal_outputs(outputs: list[Any], count: int) -> list[dict[str, Any]]:
    """Return a cell's outputs for the notebook: streams joined, widget models and tracebacks dropped."""
    found: list[dict[str, Any]] = []
    for output in outputs:
        match output["output_type"]:
            case "stream":
                _join(found, output)
            case "error":
                value = normal_text(_ANSI.sub("", output["evalue"]))
                found.append({"output_type": "error", "ename": output["ename"], "evalue": value, "traceback": []})
            case kind:
                data = {mime: _normal(value) for mime, value in output["data"].items() if mime != VIEW}
                if not data:
                    continue
                stored = {"output_type": kind, "data": data, "metadata": _plain(output.get("metadata", {}))}
                found.append(stored | ({"execution_count": count} if kind in _COUNTS else {}))
    return found


def _join(found: list[dict[str, Any]], output: Mapping[str, Any]) -> None:
    """Add to the stream of that name since the last picture: how a stream is cut is a matter of timing."""
    text = normal_text(output["text"])
    for last in reversed(found):
        if last["output_type"] != "stream":
            break
        if last["name"] == output["name"]:
            last["text"] += text
            return
    found.append({"output_type": "stream", "name": output["name"], "text": text})
    tail = len(found)
    while tail and found[tail - 1]["output_type"] == "stream":
        tail -= 1
    found[tail:] = sorted(found[tail:], key=lambda each: str(each["name"]), reverse=True)  # stdout, then stderr


def _normal(value: Any) -> Any:
    return normal_text(value) if isinstance(value, str) and not value.startswith("iVBOR") else _plain(value)


def _plain(value: Any) -> Any:
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, Mapping) else value
