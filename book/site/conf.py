"""Sphinx settings of the book. All assets are local: no page loads anything from the network."""

import re

project = "raftnb"
author = "the raftnb authors"
copyright = author
html_title = "Raft, specified once"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinxcontrib.bibtex",
    "book.mathml",
    "book.search",
]
exclude_patterns = ["_notebooks"]

nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "dollarmath", "amsmath", "attrs_block"]
myst_heading_anchors = 4
myst_dmath_double_inline = True
myst_heading_slug_func = "book.chapters.anchor"

bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"
bibtex_default_style = "plain"

toc_object_entries = False  # they would be in the navigation of every page
default_role = "code"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
nitpicky = True
suppress_warnings = ["ref.python"]  # two modules may each have a type of the same short name
nitpick_ignore_regex = [("py:.*", ".*")]  # types of other packages have no page here

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_js_files = ["book.js"]
html_copy_source = False
html_show_sphinx = False
templates_path = ["templates"]
copybutton_selector = "div.cell_input pre, div.highlight-console pre"
copybutton_prompt_text = "$ "
pygments_style = "friendly"
pygments_dark_style = "github-dark"

html_theme_options = {
    "navigation_with_keys": False,
    "light_css_variables": {"color-brand-primary": "#1b5e8c", "color-brand-content": "#1b5e8c"},
    "dark_css_variables": {"color-brand-primary": "#8cc4ee", "color-brand-content": "#8cc4ee"},
}


def tidy_docstring(app, what, name, obj, options, lines):
    """Drop what NamedTuple says of its fields, and let a docstring say `either`s.

    (reStructuredText wants a sign between code and a letter.)
    """
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()
    text = "\n".join(lines)
    lines[:] = re.sub(r"((`+)[^`]+\2)(?=(\w?))", _apart, text).split("\n")


def _apart(match):
    return match[1] + ("\\ " if match[3] else "")


def forget_modules_without_source(app):
    """Leave modules such as builtins out of the list of sources: they have no page there."""
    kept = getattr(app.env, "_viewcode_modules", {})
    app.env._viewcode_modules = {name: entry for name, entry in kept.items() if entry}
    return []


def setup(app):
    """Connect what is above; Sphinx calls it."""
    app.connect("autodoc-process-docstring", tidy_docstring)
    app.connect("html-collect-pages", forget_modules_without_source, priority=100)
