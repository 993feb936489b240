"""Packages: files in a zip that comes out the same, byte for byte, whenever the questions are the same."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET

from lessontools.exchange.item import Item

__all__ = ["by_lesson", "grouped", "sub", "xml", "zipped"]

_EPOCH = (1980, 1, 1, 0, 0, 0)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a zip without any time of its making."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return held.getvalue()


def xml(root: ET.Element) -> bytes:
    """Return an element as a file of its own."""
    data: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def sub(parent: ET.Element, tag: str, text: str | None = None, **attributes: Any) -> ET.Element:
    """Add an element with a text and attributes to another, and return it."""
    made = ET.SubElement(parent, tag, {name.rstrip("_"): str(value) for name, value in attributes.items()})
    made.text = text
    return made


def by_lesson(items: Sequence[Item]) -> Iterator[tuple[str, list[Item]]]:
    """Yield each lesson with its items, in the order in which they come."""
    for lesson, each in groupby(items, key=lambda item: item.lesson):
        yield lesson, list(each)


def grouped(items: Iterable[Item]) -> Iterator[tuple[str, list[Item]]]:
    """Yield runs of items: the variants of a question under its id, all others one by one under nothing."""
    for _, each in groupby(items, key=lambda item: item.group or f"/{item.id}"):
        run = list(each)
        yield run[0].group, run
