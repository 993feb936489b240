"""The second set, written apart from the rules: what the doctor says of each script (figures: README)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from benchmarks.doctor import judged
from lessontools.loop.rules.table import RULES

HERE = Path(__file__).parent
INDEX = yaml.safe_load((HERE / "index.yaml").read_text("utf-8"))
MISSED = {"s07_finetune", "s29_loss_bookkeeping", "s30_digits_report"}  # faults that the doctor does not tell


def test_every_script_is_in_the_index_with_a_known_code() -> None:
    codes = {rule.code for rule in RULES} | {"none-visible"}
    for kind, allowed in (("broken", codes), ("correct", {"none"})):
        assert {path.stem for path in (HERE / kind).glob("*.py")} == set(INDEX[kind])
        assert {entry["code"] for entry in INDEX[kind].values()} <= allowed


@pytest.mark.soak
@pytest.mark.parametrize("name", INDEX["correct"])
def test_a_correct_script_raises_no_alarm(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert judged(HERE, "correct", name, INDEX["correct"][name])["false alarms"] == []


@pytest.mark.soak
@pytest.mark.parametrize("name", INDEX["broken"])
def test_a_broken_one_is_told_for_what_it_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    entry: dict[str, Any] = INDEX["broken"][name]
    row = judged(HERE, "broken", name, entry)
    assert row["false alarms"] == []
    assert row["hit or hinted"] != (name in MISSED or entry["code"] == "none-visible")
