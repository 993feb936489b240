"""QTI 2.1: items -> a package with a file for each question, and a test with a section for each lesson."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from lessontools.exchange.item import Item
from lessontools.exchange.package import by_lesson, grouped, sub, xml, zipped
from lessontools.exchange.qti_item import QTI, assessment_item

__all__ = ["write"]

_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"


def write(items: Sequence[Item], title: str = "Questions") -> bytes:
    """Return the items as a QTI 2.1 content package: manifest, test, items and pictures."""
    manifest = ET.Element("manifest", {"xmlns": _PACKAGE, "identifier": "lessontools"})
    about = sub(manifest, "metadata")
    sub(about, "schema", "QTIv2.1 Package")
    sub(about, "schemaversion", "1.0.0")
    sub(manifest, "organizations")
    resources = sub(manifest, "resources")
    test = sub(resources, "resource", identifier="test", type="imsqti_test_xmlv2p1", href="test.xml")
    sub(test, "file", href="test.xml")
    files = {"test.xml": xml(_test(items, title))}
    for item in items:
        href = f"items/{item.id}.xml"
        files[href] = xml(assessment_item(item))
        sub(test, "dependency", identifierref=f"item-{item.id}")
        resource = sub(resources, "resource", identifier=f"item-{item.id}", type="imsqti_item_xmlv2p1", href=href)
        sub(resource, "file", href=href)
        if item.picture:
            files[f"items/{item.picture.name}"] = item.picture.data
            sub(resource, "file", href=f"items/{item.picture.name}")
    return zipped({"imsmanifest.xml": xml(manifest)} | files)


def _test(items: Sequence[Item], title: str) -> ET.Element:
    test = ET.Element("assessmentTest", {"xmlns": QTI, "identifier": "test", "title": title})
    part = sub(test, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual")
    for lesson, held in by_lesson(items):
        section = sub(part, "assessmentSection", identifier=f"lesson-{lesson}", title=lesson or title, visible="true")
        for group, run in grouped(held):
            inner = section
            if group:  # one of the variants is drawn for each learner
                inner = sub(section, "assessmentSection", identifier=f"group-{group}", title=group, visible="false")
                sub(inner, "selection", select="1")
            for item in run:
                sub(inner, "assessmentItemRef", identifier=f"ref-{item.id}", href=f"items/{item.id}.xml")
    return test
