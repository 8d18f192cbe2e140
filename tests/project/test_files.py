"""The project's own files agree with one another, and nothing is committed that should not be."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORTED_AS = {"graphviz-pure": None, "pypandoc_binary": "pypandoc", "z3-solver": "z3"}


MODULES = sorted((ROOT / "raftnb").rglob("*.py"))


def required() -> list[str]:
    extras = PROJECT["optional-dependencies"].values()
    return sorted([*PROJECT["dependencies"], *(name for extra in extras for name in extra)])


def committed(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def test_environment_yml_asks_for_the_same_packages_as_pyproject() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^      - ([^-].*)$", text, re.MULTILINE)) == required()
    python = re.search(r"^  - python(.*)$", text, re.MULTILINE)
    assert python is not None
    assert python[1] == PROJECT["requires-python"]


def test_the_lock_pins_every_required_package_to_one_allowed_version() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = [Requirement(line) for line in re.findall(r"^([\w.-]+(?:\[.*\])?==[^ \\]+)", lock, re.M)]
    pinned = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}
    assert len(pinned) == len(pins)
    for wanted in map(Requirement, required()):
        assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)])


def test_the_readme_says_why_each_package_is_needed() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in (Requirement(r).name for r in required()) if name not in readme]
    assert missing == []


def test_the_package_imports_nothing_that_it_does_not_ask_for() -> None:
    extras = PROJECT["optional-dependencies"]  # only adapters and the explorer import these
    extra = [*extras["conform"], *extras["notebook"]]
    names = [Requirement(text).name for text in (*PROJECT["dependencies"], *extra)]
    allowed = {IMPORTED_AS.get(name, name) for name in names} | {"raftnb"}
    allowed |= {"llvmlite"}  # comes with numba
    found = {name for path in (ROOT / "raftnb").rglob("*.py") for name in imports_of(path)}
    assert found - allowed - set(sys.stdlib_module_names) == set()


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    origins = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    return {name.partition(".")[0] for name in [*plain, *origins]}


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {str(path): length for path, length in lengths.items() if length > 400} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    trees = [(path.name, ast.parse(path.read_text(encoding="utf-8"))) for path in MODULES]
    functions = [
        (name, node)
        for name, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > 100
    assert [(name, f.name) for name, f in functions if lines_of_code(f) > 40] == []


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    documented = ast.get_docstring(function) is not None
    first = function.body[1 if documented and len(function.body) > 1 else 0]
    return (function.end_lineno or 0) - first.lineno + 1


def test_a_python_that_is_too_old_is_reported_with_what_was_found_and_the_cure(
    tmp_path: Path,
) -> None:
    old = tmp_path / "old-python"
    old.write_text(
        "#!/bin/sh\n[ \"$2\" = 'import platform; print(platform.python_version())' ] "
        "&& echo 3.9.18\nexit 1\n"
    )
    old.chmod(0o755)
    done = subprocess.run(
        ["sh", str(ROOT / ".ci/venv"), str(tmp_path / "venv")],
        env={**os.environ, "PYTHON": str(old)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert f"{old}: 3.9.18" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_no_file_speaks_of_the_place_where_it_was_written() -> None:
    named = re.compile(r"/(?:work|root|home|tmp/bash_jobs)/[a-z]|\.\./shared")
    files = committed("*.py", "*.md", "*.ipynb", "*.toml", "*.yml", "Makefile", "*.svg", "*.json")
    found = [p.name for p in files if named.search(p.read_text(encoding="utf-8"))]
    assert [name for name in found if name != Path(__file__).name] == []


def test_what_is_printed_for_tlc_is_in_its_folder_alone() -> None:
    """A module that was tried by hand is easily committed with a change."""
    assert {path.parent.name for path in committed("*.tla")} == {"pluscal"}
