"""The pages of docs/ say what the code does: docs/README.md has the rules."""
import ast
import contextlib
import io
import pathlib
import re
import subprocess
import sys
import tokenize
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PAGES = sorted(path for path in ROOT.glob("docs/**/*.md") if "```python" in path.read_text())
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.M | re.S)
ARROW = "# -> "


def promises(code: str) -> Any:
    """{line: value} of the comments that give a value."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    comments = [token for token in tokens if token.type == tokenize.COMMENT and "->" in token.string]
    for comment in comments:
        assert comment.string.startswith(ARROW), f"{comment.string}: a value is given as {ARROW}value"
    return {comment.start[0]: comment.string[len(ARROW):] for comment in comments}


def run(code: str, names: Any, where: str) -> Any:
    """Runs a block and returns what it printed."""
    promised, printed = promises(code), io.StringIO()
    with contextlib.redirect_stdout(printed):
        for node in ast.parse(code).body:
            place = f"{where}: {ast.get_source_segment(code, node)}"
            expected = promised.pop(node.end_lineno, None)
            if expected is None:
                exec(compile(ast.Module([node], []), where, "exec"), names)
                continue
            assert isinstance(node, ast.Expr), f"{place}: not an expression, but a value is given"
            assert repr(eval(compile(ast.Expression(node.value), where, "eval"), names)) == expected, place
    assert not promised, f"{where}: no statement ends where these values are given: {promised}"
    return printed.getvalue()


def check(text: str, where: str) -> None:
    """Runs a page. Raises AssertionError at the first block that does not do what the page says."""
    blocks = list(BLOCK.finditer(text))
    assert len(re.findall(r"^ *```(python|py|text)", text, re.M)) == len(blocks), f"{where}: a block that would not run"
    names: dict[str, Any] = {}
    printed = None
    for block in blocks:
        kind, content = block.groups()
        place = f"{where}:{text[:block.start()].count(chr(10)) + 2}"
        if kind == "python":
            assert not printed, f"{place}: what the block before printed is not on the page:\n{printed}"
            printed = run(content, names, place)
        else:
            assert printed == content, place
            printed = None
    assert not printed, f"{where}: what the last block printed is not on the page:\n{printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_page(page: pathlib.Path) -> None:
    check(page.read_text(), page.name)


def fenced(*blocks: Any) -> Any:
    return "".join(f"```{kind}\n{content}\n```\n" for kind, content in blocks)


def test_a_page_that_is_right_passes() -> None:
    check(fenced(("python", "x = [1,\n     2]"), ("python", "x[0]  # -> 1\nprint(x)"), ("text", "[1, 2]")), "page")


@pytest.mark.parametrize("text", [
    fenced(("python", "1 + 1  # -> 3")),
    fenced(("python", "1 + 1 # -> 3")),
    fenced(("python", "1 + 1  #-> 3")),
    fenced(("python", "1 + 1\n# -> 3")),
    fenced(("python", "x = 1  # -> 1")),
    fenced(("python", "if True:\n    1 + 1  # -> 3")),
    fenced(("python", "max(1,  # -> 3\n    2)")),
    fenced(("python", "print(1)"), ("text", "2")),
    fenced(("python", "print(1)")),
    fenced(("python", "print(1)"), ("python", "2")),
    fenced(("python", "1"), ("text", "1")),
    fenced(("text", "1")),
    fenced(("python", "assert False")),
    fenced(("py", "1")),
    "```python\n1\n",
    "  ```python\n  1\n  ```\n",
])
def test_a_page_that_is_wrong_fails(text: str) -> None:
    with pytest.raises(AssertionError):
        check(text, "page")


def test_every_page_of_the_book_and_both_guides_run() -> None:
    book = {path.name for path in ROOT.glob("docs/book/*.md")}
    assert len(book) == 5 and book | {"pytorch.md", "convolution.md"} <= {page.name for page in PAGES}


def test_figures_are_what_their_script_draws() -> None:
    subprocess.run([sys.executable, str(ROOT / "docs/figures/draw.py"), "--check"], check=True)


def test_every_figure_is_on_a_page() -> None:
    pages = "".join(page.read_text() for page in PAGES)
    assert [figure.name for figure in ROOT.glob("docs/figures/*.svg") if f"figures/{figure.name})" not in pages] == []


def test_links_lead_somewhere() -> None:
    for page in ROOT.glob("docs/**/*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text()
    assert [page.name for page in PAGES if f"({page.relative_to(ROOT / 'docs')})" not in index] == []
