"""Nothing in the package runs text: no shell, no evaluation, no pickles; programs are started by lists of arguments."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bridge

HOUSE = Path(bridge.__file__).parent
MODULES = sorted(path for path in HOUSE.rglob("*.py") if "daw_scripts" not in path.parts)

RUNS_TEXT = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "subprocess.getoutput",
             "subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "os.startfile", "pickle.loads",
             "pickle.load", "marshal.loads", "shelve.open", "webbrowser.open", "shutil.unpack_archive"}
PRIVATE_PIPES = {"workers/child.py", "workers/cluster.py", "workers/frames.py", "workers/gateway.py"}
"""Both ends of what these read are this program, on a cluster too: who is in that is trusted (docs/security.md)."""
STARTS = {"subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call", "subprocess.check_output"}


def calls(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def sins(path: Path, of: Path = HOUSE):
    """Yields where a module runs text, or may."""
    name = path.relative_to(of).as_posix()
    for called, node in calls(path):
        keywords = {one.arg: ast.unparse(one.value) for one in node.keywords}
        runs = called in RUNS_TEXT and not (called.startswith("pickle.") and name in PRIVATE_PIPES)
        unpickles = keywords.get("allow_pickle", "False") != "False"
        # A list, or a name that holds one; a text would be a command line.
        line = called in STARTS and isinstance(node.args[0], ast.JoinedStr | ast.Constant | ast.BinOp)
        if runs or unpickles or line or keywords.get("shell", "False") != "False":
            yield f"{name}:{node.lineno} {called}"


def test_no_module_runs_text():
    assert [sin for path in MODULES for sin in sins(path)] == []
    assert len(MODULES) > 300


@pytest.mark.parametrize("line", [
    "os.system(x)", "subprocess.run(x, shell=True)", "subprocess.run(f'x {y}')", "np.load(x, allow_pickle=True)",
    "eval(x)", "pickle.loads(x)", "asyncio.create_subprocess_shell(x)",
])
def test_a_line_that_runs_text_is_seen(tmp_path, line):
    (tmp_path / "bad.py").write_text(line)
    assert len(list(sins(tmp_path / "bad.py", tmp_path))) == 1
