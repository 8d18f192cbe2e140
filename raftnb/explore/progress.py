"""A progress bar for what takes longer than a second."""

from __future__ import annotations

from typing import Any

from tqdm import tqdm


def progress_bar(unit: str, show: bool = True, total: int | None = None) -> Any:
    """A bar on standard error that appears after a second and goes away at the end.

    With `show`, the environment variable TQDM_DISABLE can still turn it off.
    """
    options: dict[str, Any] = {} if show else {"disable": True}
    return tqdm(delay=1, leave=False, unit=f" {unit}", unit_scale=True, total=total, **options)
