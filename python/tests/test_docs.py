"""The pages of docs/ say what the code does: docs/README.md has the rules."""
import ast
import contextlib
import io
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PAGES = sorted(path for path in ROOT.glob("docs/**/*.md") if "```python" in path.read_text())
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.M | re.S)


def statements(code):
    """(source, what its repr must be) of each statement; None for one that says nothing."""
    lines = code.splitlines()
    for node in ast.parse(code).body:
        last = lines[node.end_lineno - 1]
        expected = last.partition("  # -> ")[2]
        yield node, expected.replace("\\n", "\n") if expected else None


def run(code, names, where):
    """Runs a block and returns what it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for node, expected in statements(code):
            place = f"{where}: {ast.get_source_segment(code, node)}"
            if expected is None:
                exec(compile(ast.Module([node], []), where, "exec"), names)
                continue
            assert isinstance(node, ast.Expr), f"{place}: not an expression, but a value is given"
            assert repr(eval(compile(ast.Expression(node.value), where, "eval"), names)) == expected, place
    return printed.getvalue()


def check(text, where):
    names, printed = {}, None
    for block in BLOCK.finditer(text):
        kind, content = block.groups()
        place = f"{where}:{text[:block.start()].count(chr(10)) + 2}"
        if kind == "python":
            assert not printed, f"{place}: what the block before printed is not on the page:\n{printed}"
            printed = run(content, names, place)
        elif printed is not None:
            assert printed == content, place
            printed = None
    assert not printed, f"{where}: what the last block printed is not on the page:\n{printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_page(page):
    check(page.read_text(), page.name)


@pytest.mark.parametrize("text", [
    "```python\n1 + 1  # -> 3\n```\n", "```python\nprint(1)\n```\n```text\n2\n```\n", "```python\nprint(1)\n```\n",
    "```python\nprint(1)\n```\n```python\n2\n```\n", "```python\nx = 1  # -> 1\n```\n",
])
def test_a_page_that_is_wrong_fails(text):
    with pytest.raises(AssertionError):
        check(text, "page")


def test_there_are_pages():
    assert {"pytorch.md", "convolution.md"} <= {page.name for page in PAGES}


def test_figures_are_what_their_script_draws():
    subprocess.run([sys.executable, str(ROOT / "docs/figures/draw.py"), "--check"], check=True)


def test_links_lead_somewhere():
    for page in ROOT.glob("docs/**/*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page}: {target}"
