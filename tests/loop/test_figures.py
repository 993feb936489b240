"""The pictures of a loop: what they say, that they say it twice (picture and text), and that they hurt nobody."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
import torch
from torch import nn

from lessontools.errors import LessonError
from lessontools.loop.figure import epochs, gradient_flow, graph, pipeline, stepper, strip, weights
from lessontools.loop.rounds import rounds
from lessontools.loop.trace import Trace
from lessontools.loop.watch import watch

X, Y = torch.linspace(-1, 1, 90).reshape(30, 3), torch.arange(30) % 3


def watched(clear="start", steps=3, optimizer=torch.optim.SGD, parts=1, level="close", **options):
    torch.manual_seed(0)
    model, loss_fn = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 3)), nn.CrossEntropyLoss()
    optimizer = optimizer(model.parameters(), **({"lr": 0.1} | options))
    with watch(level) as trace:
        for _ in range(steps):
            if clear == "start":
                optimizer.zero_grad()
            for _ in range(parts):
                loss = loss_fn(model(X), Y)
                loss.backward()
            if clear == "between":
                optimizer.zero_grad()
            optimizer.step()
            if clear == "end":
                model.zero_grad()
    return trace


def drawn(figure):
    """Return the picture's SVG elements; fails if the SVG is not well formed."""
    page = figure._repr_html_()
    return [ElementTree.fromstring(f"<svg{part.split('</svg>')[0]}</svg>") for part in page.split("<svg")[1:]]


def told(figure):
    return [" ".join(element.itertext()) for element in drawn(figure)]


def test_a_turn_of_the_loop_ends_where_its_first_line_comes_again():
    for clear in ("start", "between", "end"):
        turns = rounds(watched(clear))
        assert [turn.number for turn in turns] == [1, 2, 3]
        assert [len(turn.rows) for turn in turns] == [4, 4, 4]


def test_the_strip_tells_what_each_line_changed():
    text = repr(strip(watched()))
    assert text.count("gradients – already empty") == 1
    assert text.count("gradients 0 emptied") == 2
    assert text.count("graph + built") == text.count("graph 0 freed") == 3
    assert [f"pass {number} added" in text for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert "!" not in text


def test_gradients_used_again_are_an_alarm_in_text_and_picture():
    figure = strip(watched("never"))
    assert "! pass 1 used again" in repr(figure)
    assert "! passes 1, 2 used again" in repr(figure)
    assert "1, 2 used again" in told(figure)[0]


def test_gradients_that_another_loss_left_may_be_emptied_unused_without_alarm():
    model, other = nn.Linear(3, 1), nn.Linear(3, 3)
    first, second = (torch.optim.SGD(each.parameters(), lr=0.1) for each in (model, other))
    with watch("close") as trace:
        for _ in range(2):
            first.zero_grad()
            model(X).mean().backward()
            first.step()
            second.zero_grad()
            model(other(X)).mean().backward()
            second.step()
    text = repr(strip(trace))
    assert "pass 2 emptied unused" in text
    assert "!" not in text
    assert [turn.number for turn in rounds(trace)] == [1, 2]


def test_gradients_cleared_before_the_step_are_an_alarm():
    text = repr(strip(watched("between")))
    assert text.count("emptied unused") == text.count("none to use") == text.count("did not move") == 3


def test_accumulated_passes_are_no_alarm_and_repeats_are_folded():
    figure = strip(watched(parts=5), steps=1)
    assert "!" not in repr(figure)
    assert "… 3 times more" in repr(figure)
    assert "pass 5 added" in repr(figure)


@pytest.mark.parametrize(
    ("optimizer", "options", "lane"), [("SGD", {}, 0), ("SGD", {"momentum": 0.9}, 3), ("Adam", {}, 3)]
)
def test_the_optimizer_has_a_lane_where_it_keeps_something(optimizer, options, lane):
    text = repr(strip(watched(optimizer=getattr(torch.optim, optimizer), **options)))
    assert text.count("memory updated") == lane


def test_a_turn_that_was_not_seen_to_its_end_is_left_out():
    assert len(rounds(watched("end", steps=9, level="auto"))) == 2
    assert "Shown: 2 of 9 updates" in repr(strip(watched("end", steps=9, level="auto")))


def test_an_update_by_hand_and_an_empty_trace_have_a_strip():
    w = torch.zeros(3, requires_grad=True)
    with watch("close") as trace:
        for _ in range(2):
            ((X @ w - 1) ** 2).mean().backward()
            with torch.no_grad():
                w -= 0.1 * w.grad
            w.grad = None
    assert repr(strip(trace)).count("weights → moved") == 2
    assert "nothing of a training loop ran" in repr(strip(Trace()))


def test_a_loop_that_raised_says_so():
    with pytest.raises(RuntimeError), watch("close") as trace:
        loss = nn.Linear(3, 1)(X).sum()
        loss.backward()
        loss.backward()
    assert "! RuntimeError" in repr(strip(trace))


@pytest.mark.parametrize("picture", [strip, pipeline, epochs, gradient_flow, weights])
def test_a_picture_is_the_same_each_time_and_can_be_read_without_eyes_or_colours(picture):
    trace = watched("never", optimizer=torch.optim.Adam)
    figure = picture(trace)
    assert figure._repr_html_() == picture(Trace.from_json(trace.to_json()))._repr_html_()
    for element in drawn(figure):
        assert element.get("role") == "img"
        assert len(element.get("aria-label")) > 20
        assert element.find("{*}title") is not None
    page = figure._repr_html_()
    assert page.count('data-lm-suppress-shortcuts="true"') == page.count("<summary") + page.count('tabindex="0"')
    assert "0x" not in repr(figure)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "--jp-" in page


def test_code_of_the_learner_is_shown_as_text():
    trace = watched()
    for lines in trace.source.values():
        lines[:] = [f"{line.rstrip()} <script>&" for line in lines]
    page = strip(trace)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;&amp;" in page


def test_the_stepper_has_a_frame_for_each_line_and_shows_where_the_code_stands():
    panel = stepper(watched(), steps=2)
    assert len(panel.view["frames"]) == 1 + 2 * 4
    lit = [panel.view["code"][frame["line"] - 1] for frame in panel.view["frames"][1:]]
    for html, words in zip(lit, ["zero_grad", "loss_fn", "backward", "step"] * 2, strict=True):
        assert words in html


def test_the_stepper_agrees_with_torch_before_and_after_the_step():
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    before = f"{model.weight.norm():.5g}"
    with watch("close") as trace:
        model(X).pow(2).mean().backward()
        optimizer.step()
    view = stepper(trace).view
    seen = [dict(zip(view["names"], frame["values"], strict=True)) for frame in view["frames"]]
    assert seen[0]["|weight|"] == seen[1]["|weight|"] == before
    assert seen[-1]["|weight|"] == f"{model.weight.norm():.5g}" != before
    assert seen[1]["|weight.grad|"] == f"{model.weight.grad.norm():.5g}"


def test_the_stepper_of_weights_that_a_hand_moves_before_the_first_step():
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch("close") as trace:
        model(X).mean().backward()
        with torch.no_grad():
            model.weight -= 0.1 * model.weight.grad
        optimizer.step()
    view = stepper(trace).view
    row = view["names"].index("|weight|")
    assert [frame["values"][row] for frame in view["frames"]][-1] == f"{model.weight.norm():.5g}"


def test_the_stepper_can_be_read_without_a_kernel():
    panel = stepper(watched("never"), steps=2)
    bundle = panel._repr_mimebundle_()
    for words in ("The gradient of pass 1 is used again", "gradients hold: pass 1 → passes 1, 2"):
        assert words in " ".join(repr(panel).split())
    assert bundle["text/html"].count('type="radio"') == len(panel.view["frames"]) == 7
    assert bundle["text/html"].count(" checked>") == 1
    assert "gradients hold: pass 1 → passes 1, 2" in bundle["text/html"]


def test_the_stepper_of_an_empty_trace_says_what_to_do():
    with pytest.raises(LessonError, match="run the loop inside it"):
        stepper(Trace())


def test_the_pipeline_shows_the_shapes_and_values_that_went_through():
    torch.manual_seed(0)
    model = nn.Linear(3, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.5, 0.3, 0.2]]))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    rows, target = torch.tensor([[0.5, 1.2, 3.3], [1.1, 0.7, 2.8]]), torch.zeros(2, 1)
    with watch("close") as trace:
        loss = nn.functional.mse_loss(model(rows), target)
        loss.backward()
        optimizer.step()
    text = repr(pipeline(trace))
    assert "2 × 3 inputs (float32), with targets 2 × 1" in text
    assert "first row [0.5, 1.2, 3.3]" in text
    assert "first row [1.27]" in text  # 0.5 * 0.5 + 0.3 * 1.2 + 0.2 * 3.3
    assert f"{loss.item():.4g}" in text
    grad = ", ".join(f"{value:.3g}" for value in model.weight.grad[0])
    assert f"weight.grad (1 × 3) [{grad}]" in text
    now = ", ".join(f"{value:.3g}" for value in model.weight[0].detach()).replace("-", "−")
    assert f"[0.5, 0.3, 0.2] → [{now}]" in text


def test_the_pipeline_says_what_a_loop_by_hand_does_not_tell():
    w = torch.zeros(3, requires_grad=True)
    with watch("close") as trace:
        ((X @ w - 1) ** 2).mean().backward()
    text = repr(pipeline(trace))
    assert "no module was called" in text
    assert "nothing moved the weights" in text
    assert "no backward pass" in repr(pipeline(Trace()))


def test_the_pipeline_has_a_mermaid_form():
    lines = pipeline(watched()).mermaid.splitlines()
    assert lines[0] == "flowchart LR"
    assert "data --> forward --> loss --> backward --> update" in lines[-2]


def test_a_history_becomes_a_table_with_a_remark_a_row():
    text = repr(epochs({"loss": [0.5, 0.35, 0.35, 0.7, float("nan")], "accuracy": [0.6, 0.7, 0.7, 0.5, 0.4]}))
    rows = [line.split(maxsplit=3) for line in text.splitlines()]
    assert rows[0] == ["epoch", "loss", "accuracy", "remark"]
    remarks = [row[3] for row in rows[1:6]]
    assert remarks == [
        "the start",
        "falls by 30 %",
        "hardly changes",
        "rises by 100 %",
        "not a number any more: stop here",
    ]


def test_overfitting_is_remarked_where_only_the_training_loss_falls():
    text = repr(epochs({"loss": [1.0, 0.5, 0.2], "val_loss": [1.0, 0.8, 1.1]}))
    assert [("overfitting" in line) for line in text.splitlines()[1:4]] == [False, False, True]


def test_a_traces_losses_become_a_table():
    assert [line.split()[0] for line in repr(epochs(watched(steps=20))).splitlines()[1:3]] == ["1-2", "3-4"]
    assert [line.split()[0] for line in repr(epochs(watched(steps=6), every=3)).splitlines()[:3]] == ["epoch", "1", "2"]


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ({"accuracy": [1]}, 'no "loss"'),
        ({"loss": [1.0, 0.5], "accuracy": [1.0]}, "2 losses, but 1"),
        ({"loss": 3}, "a list of numbers"),
        ({}, "nothing"),
        (Trace(), "no loss"),
    ],
)
def test_a_history_that_makes_no_table_says_why(history, words):
    with pytest.raises(LessonError, match=words):
        epochs(history)


def test_the_gradient_flow_agrees_with_the_trace():
    trace = watched(steps=2)
    (last,) = [event for event in trace.of("step") if event.step == 1]
    text = repr(gradient_flow(trace))
    for key, norm in last.data["grad"].items():
        row = next(line for line in text.splitlines() if line.startswith(trace.name(int(key))))
        ratio = last.data["change"][key] / last.data["weight"][key]
        assert row.split()[1:] == [f"{norm:.3g}", f"{ratio:.3g}"]
    assert "step 1" in repr(gradient_flow(trace, step=1))
    assert "these were: 1, 2" in repr(gradient_flow(trace, step=9))


def test_the_weights_are_told_before_and_after():
    torch.manual_seed(0)
    before = nn.Linear(3, 8).weight.norm().item()
    trace = watched(steps=4)
    row = next(line for line in repr(weights(trace)).splitlines() if line.startswith("0.weight"))
    assert f"{before:.4g}" in row
    assert f"{list(trace.of('step'))[-1].data['weight']['0']:.4g}" in row


@pytest.mark.parametrize("picture", [gradient_flow, weights])
def test_a_loop_without_optimizer_has_no_such_picture_and_says_so(picture):
    assert "No update of an optimizer" in repr(picture(Trace()))


def test_values_that_are_not_finite_do_not_break_a_picture():
    trace = watched(steps=3, lr=float("inf"))
    for picture in (strip, pipeline, epochs, gradient_flow, weights):
        assert "nan" in repr(picture(trace)) + picture(trace)._repr_html_()
    assert stepper(trace).view["frames"]


def test_the_graph_leads_from_the_loss_to_each_leaf_with_its_value_and_gradient():
    w, b = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor(1.0, requires_grad=True)
    loss = ((torch.tensor([3.0, 4.0]) * w).sum() + b - 1) ** 2
    before = repr(graph(loss, {"w": w, "b": b}))
    assert before.count("no gradient yet") == 2
    assert before.splitlines()[-1].strip() == "pow of sub = 121"
    loss.backward()
    after = graph(loss, {"w": w, "b": b})
    assert "w (2): leaf [1, 2]; grad [66, 88]" in repr(after)
    assert "b (one number): leaf 1; grad 22" in repr(after)
    assert len(drawn(after)) == 1
    assert after.mermaid.count("-->") == 6


def test_the_graph_of_a_model_tells_equal_operations_apart():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 3))
    text = repr(graph(nn.functional.cross_entropy(model(X), Y), model.named_parameters()))
    assert "addmm 2 of" in text
    assert text.index("addmm 1 of") < text.index("relu of addmm 1") < text.index("addmm 2 of")
    for name, _ in model.named_parameters():
        assert f"  {name} (" in text


def test_a_tensor_without_a_graph_or_with_a_huge_one_has_no_picture_and_says_why():
    x = torch.ones(1, requires_grad=True)
    with pytest.raises(LessonError, match="no graph"):
        graph(torch.ones(1))
    with pytest.raises(LessonError, match="takes a loss tensor, not float"):
        graph(3.0)
    for _ in range(100):
        x = x * 2
    with pytest.raises(LessonError, match="more than 60"):
        graph(x)


def test_pictures_load_neither_torch_nor_the_widget_library():
    code = "import sys, lessontools.loop.figure; print({'torch', 'anywidget', 'matplotlib'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
