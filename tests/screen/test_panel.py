import pytest

from lessontools.errors import LessonError
from lessontools.screen.panel import Panel, page_script, page_style


@pytest.fixture
def panel(monkeypatch):
    calls = []

    def handle(name, data):
        calls.append((name, data))
        if name == "refuse":
            raise LessonError("not now")
        if name == "break":
            raise RuntimeError("oops")
        return {"kind": "stack", "count": len(calls)}

    made = Panel({"kind": "stack"}, handle, "the text", "<p>the page</p>")
    made.calls, made.sent = calls, []
    monkeypatch.setattr(made, "send", made.sent.append)
    return made


def event(panel, name, key, data=None):
    panel._receive(panel, {"type": "event", "id": key, "name": name, "data": data}, [])
    return panel.sent[-1]


def test_an_event_changes_the_view_and_is_acknowledged(panel):
    assert event(panel, "go", "p-1", {"a": 1}) == {"type": "ack", "id": "p-1"}
    assert panel.calls == [("go", {"a": 1})]
    assert panel.view == {"kind": "stack", "count": 1}


def test_the_same_event_sent_twice_is_done_once(panel):
    event(panel, "go", "p-1")
    assert event(panel, "go", "p-1") == {"type": "ack", "id": "p-1"}
    assert len(panel.calls) == 1


def test_a_refused_event_says_why_and_may_be_sent_again(panel):
    assert event(panel, "refuse", "p-1")["notice"] == "not now"
    event(panel, "refuse", "p-1")
    assert len(panel.calls) == 2


def test_a_fault_of_ours_is_told_in_one_line_with_its_place(panel):
    notice = event(panel, "break", "p-1")["notice"]
    assert "RuntimeError: oops" in notice
    assert "test_panel.py:" in notice
    assert "\n" not in notice


def test_the_page_is_answered_when_it_says_that_it_is_ready(panel):
    panel._receive(panel, {"type": "ready"}, [])
    assert panel.sent == [{"type": "hello"}]


def test_messages_of_other_shapes_are_left_alone(panel):
    for content in ({}, {"type": "event"}, {"type": "event", "id": 3, "data": "x", "name": None}, {"type": 7}):
        panel._receive(panel, content, [])


def test_the_stored_form_reads_without_a_kernel(panel):
    bundle = panel._repr_mimebundle_()
    assert bundle["text/plain"] == repr(panel) == "the text"
    assert bundle["text/html"] == "<p>the page</p>"
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_the_page_fetches_nothing():
    script = page_script()
    assert "import " not in script.replace("important", "")
    assert "http" not in script
    assert "fetch(" not in script
    assert "@import" not in page_style()
    assert "url(" not in page_style()
    assert script.count("export default") == 1
