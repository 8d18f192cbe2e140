"""Where results are kept."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from raftnb.data.caches import user_caches


def test_a_user_whom_the_machine_does_not_know_has_the_home_of_a_container(monkeypatch):
    def unknown(_: int) -> None:
        raise KeyError

    for name in ("RAFTNB_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    assert user_caches() == Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache" / "raftnb"
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert user_caches() == Path("/.cache/raftnb")
