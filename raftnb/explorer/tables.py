"""Many states in little room: what they have in common is written once."""

from __future__ import annotations

import json
from typing import Any

ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class Table:
    """Gives each different value a number, in the order in which they come."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._number: dict[str, int] = {}

    def __call__(self, value: Any) -> int:
        key = ENCODER.encode(value)
        found = self._number.setdefault(key, len(self.rows))
        if found == len(self.rows):
            self.rows.append(value)
        return found


class Tables:
    """Packs states as `protocol.as_json` tells them; `asset("graph.js")` unpacks them.

    A column has an entry a state; what stands in it are numbers of rows in the other tables.
    """

    def __init__(self) -> None:
        names = ("values", "messages", "bags", "truths", "steps", "notes", "refusals", "lacks")
        self._tables = {name: Table() for name in (*names, "parts", "standings")}
        columns = ("cells", "bag", "truth", "ways", "lack", "outside", "stuck")
        beside = ("scene", "above", "standing")
        self._columns: dict[str, list[Any]] = {name: [] for name in (*columns, *beside)}

    def add(self, told: dict[str, Any]) -> None:
        """Pack one more state."""
        table, column = self._tables, self._columns
        column["cells"].append([table["values"](value) for value in told["values"]])
        bag = []
        for text, count, *more in told["messages"]:
            bag += [table["messages"]([text, *more]), count]
        column["bag"].append(table["bags"](bag))
        column["truth"].append(table["truths"](told["truth"]))
        self._add_ways(told["ways"])
        lacks = [table["refusals"](row) for row in told["refused"]]
        column["lack"].append(table["lacks"](lacks))
        column["outside"].append(int(not told["within"]))
        column["stuck"].append(int(told["stuck"]))
        scene = told["scene"]
        column["scene"].append(scene and [table["parts"](part) for part in scene])
        above = told["above"]
        column["above"].append(above and [table["values"]([text, None]) for text in above])
        column["standing"].append(table["standings"](told["standing"]))

    def _add_ways(self, ways: list[Any] | None) -> None:
        row: list[int] = []
        for *step, message, to, note in ways or ():
            row += [self._tables["steps"](step), message, to, self._tables["notes"](note)]
        self._columns["ways"].append(None if ways is None else row)

    def as_json(self) -> dict[str, Any]:
        """Everything that was packed."""
        return {name: table.rows for name, table in self._tables.items()} | self._columns


__all__ = ["Tables"]
