import re
import subprocess
import sys

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from lessontools.loop.script import run_watched

LOOP = """import torch
from torch import nn
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x, y = torch.ones(4, 3), torch.ones(4, 1)
for _ in range(6):
    {clear}
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
{end}
"""


@pytest.fixture
def shell():
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "lessontools")
    yield shell
    InteractiveShell.clear_instance()


def loop(line="", clear="optimizer.zero_grad()", end="loss.item()"):
    return f"%%watch {line}\n" + LOOP.format(clear=clear, end=end)


def clean():
    return torch.nn.Module.__call__ is torch.nn.Module._wrapped_call_impl and not torch._C._len_torch_function_stack()


def test_a_cell_is_run_in_the_users_namespace_and_its_trace_kept(shell, capsys):
    result = shell.run_cell(loop())
    assert result.success
    trace = shell.user_ns["trace"]
    assert trace.counts["step"] == 6
    assert shell.user_ns["model"].weight.grad is not None
    assert trace.code(next(trace.of("step"))) == "optimizer.step()"
    said = capsys.readouterr().out
    assert "Nothing stands out" in said
    assert repr(shell.user_ns["loss"].item())[:8] in said, "the last expression is shown, as in any cell"


def test_the_diagnosis_is_short(shell, capsys):
    shell.run_cell(loop("close mine", clear="pass"))
    said = capsys.readouterr().out
    assert "trace" not in shell.user_ns
    assert shell.user_ns["mine"].diagnose().codes[0] == "grad-not-cleared"
    assert "1 certain" in said
    assert "mine.diagnose() tells more" in said
    assert len(said.splitlines()) < 10


@pytest.mark.parametrize("raised", ["raise ValueError('mine')", "raise KeyboardInterrupt('stopped')", "1 +", "exit(3)"])
def test_an_error_is_shown_once_and_the_trace_kept(shell, capsys, raised):
    result = shell.run_cell(loop(end=raised))
    said = re.sub(r"\x1b\[[0-9;]*m", "", "".join(capsys.readouterr()))
    assert clean()
    if raised == "exit(3)":
        assert shell.user_ns["trace"].counts["step"] == 6
        return
    assert not result.success
    name = {"raise": raised[6:].partition("(")[0], "1 +": "SyntaxError"}.get(raised[:5], "SyntaxError")
    assert type(result.error_in_exec).__name__ == name
    assert said.count(f"{name}: ") == 1, said
    assert "magic.py" not in said or name == "SyntaxError"  # IPython shows those in its own way
    trace = shell.user_ns["trace"]
    assert trace.error.startswith(name)
    assert trace.steps == (0 if name == "SyntaxError" else 6)
    assert shell.run_cell("2 + 2").result == 4


def test_what_it_does_not_understand_it_says(shell, capsys):
    assert not shell.run_cell("%%watch deep very\n1").success
    assert "is not clear" in "".join(capsys.readouterr())


def test_loading_the_extension_loads_no_torch():
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell as S; s = S.instance();"
        "s.run_line_magic('load_ext', 'lessontools'); "
        "print('watch' in s.magics_manager.magics['cell'], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


MEASURE = """with torch.no_grad():
    means = [nn.functional.mse_loss(model(x[i:i + 3]), 9 * torch.arange(4.0)[i:i + 3, None]).item() for i in (0, 3)]
"""


def averaged(trace):
    return "metric-averaging" in {each.code for each in trace.diagnose().findings}


def test_an_average_that_only_the_namespace_holds_is_told(shell, tmp_path):
    shell.run_cell(loop(end=MEASURE + "of_means = sum(means) / 2"))
    assert averaged(shell.user_ns["trace"])
    shell.run_cell(loop(end=MEASURE + "right = (3 * means[0] + means[1]) / 4"))
    assert not averaged(shell.user_ns["trace"]), "here each row counts once"
    script = tmp_path / "train.py"
    script.write_text(LOOP.format(clear="optimizer.zero_grad()", end=MEASURE + "of_means = sum(means) / 2"))
    assert averaged(run_watched(script).trace)
