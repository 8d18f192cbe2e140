"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from book import ROOT, notebooks

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_the_example_prints_what_the_readme_says(tmp_path: Path) -> None:
    (tmp_path / "door.py").write_text(blocks("python")[0], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "door.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == blocks("text")[0]


def test_the_example_is_checked_and_proved_from_the_shell(tmp_path: Path) -> None:
    """The commands of the README, on the file that it writes."""

    def run(command: str) -> tuple[int, str]:
        words = [sys.executable, *shlex.split(command)[1:]]
        done = subprocess.run(words, cwd=tmp_path, env=alone, capture_output=True, text=True)
        return done.returncode, done.stdout

    alone = {**os.environ, "RAFTNB_CACHE": str(tmp_path / "cache")}
    example, proof = blocks("python")
    (tmp_path / "door.py").write_text(example, encoding="utf-8")
    commands = re.findall(r"^\$ (python .*)$", "".join(blocks("console")), re.MULTILINE)
    check, vary, prove = commands
    assert run(check)[0] == 0
    code, said = run(vary)
    assert (code, "violated: one_inside" in said) == (1, True)
    assert "raftnb-explorer" in (tmp_path / "careless.html").read_text(encoding="utf-8")
    code, said = run(prove)
    assert (code, "one_inside is not preserved by c1.enter()" in said) == (3, True)
    (tmp_path / "door.py").write_text(example + proof, encoding="utf-8")
    code, said = run(prove)
    assert (code, said.splitlines(keepends=True)[:1]) == (0, [blocks("text")[1]])


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ make (\w+)$", "".join(blocks("console")), re.MULTILINE)
    assert commands[:2] == ["book", "test"]
    for command in re.findall(r"`make (\w+)", README) + commands:
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_every_chapter_is_in_the_table_of_chapters_and_no_other() -> None:
    linked = re.findall(r"^\| \[.*?\]\(notebooks/([\w-]+\.ipynb)\)", README, re.MULTILINE)
    assert linked == [path.name for path in notebooks()]


def test_the_commands_that_the_readme_names_exist() -> None:
    asked = [sys.executable, "-m", "raftnb", "--help"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    named = set(re.findall(r"python -m raftnb (\w+)", README))
    assert {"check", "list", "prove"} <= named
    assert named <= set(re.findall(r"^    (\w+)", said, re.MULTILINE))


def test_every_file_that_the_readme_links_exists() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
