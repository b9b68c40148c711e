"""The reference, made of docstrings by Sphinx: scripts/docs."""
import tenet

project = "Tenet"
release = version = tenet.__version__
extensions = ["sphinx.ext.autodoc"]
autodoc_default_options = {"members": True, "undoc-members": True, "inherited-members": False, "show-inheritance": True}
autodoc_member_order = "alphabetical"
html_theme = "alabaster"
html_theme_options = {"description": "Tensors with gradients, in C++20 and Python", "fixed_sidebar": True}
add_module_names = False
exclude_patterns = ["build"]


def as_it_stands(app, what, name, obj, options, lines):
    """Docstrings are plain text with formulas, not markup: x * y is no emphasis."""
    if lines:
        lines[:] = [".. code-block:: none", "", *("   " + line for line in lines), ""]


def setup(app):
    app.connect("autodoc-process-docstring", as_it_stands)
