"""A file has its name when all is in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from raftnb.data.files import whole_file, write_whole
from tests.disks import full_disk

LONG = "a line\n" * 100


def test_it_has_its_name_when_all_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "é.txt"
    with whole_file(path) as file:
        file.write(LONG)
        assert not path.exists()
    assert path.read_bytes() == LONG.encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("before", [None, "before"])
def test_on_a_full_disk_what_was_there_stays(tmp_path: Path, before: str | None) -> None:
    path = tmp_path / "a.txt"
    if before:
        path.write_text(before)
    with full_disk(), pytest.raises(OSError, match="too large"):
        write_whole(path, LONG)
    assert [file.read_text() for file in tmp_path.iterdir()] == [before] * bool(before)


def test_what_interrupts_it_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as file:
        file.write(LONG)
        raise KeyboardInterrupt
    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]


def test_who_may_read_it_stays_and_a_link_leads_where_it_led(tmp_path: Path) -> None:
    path, link = tmp_path / "a.txt", tmp_path / "link.txt"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(link, LONG)
    assert link.is_symlink()
    assert path.read_text() == LONG
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_one_is_as_open_makes_it(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "a.txt", LONG)
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == mode


def test_what_is_no_file_is_written_at_once(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe.txt")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, LONG)
        assert os.read(reader, 4096) == LONG.encode()
        assert list(tmp_path.iterdir()) == [pipe]
    finally:
        os.close(reader)
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, LONG)
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "nowhere/a.txt", LONG)


def test_in_a_folder_that_cannot_be_written_a_file_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    monkeypatch.setattr(os, "access", lambda *_: False)  # who is root can write everywhere
    write_whole(path, LONG)
    assert path.read_text() == LONG
