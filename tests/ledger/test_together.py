"""Small files are read together; what is kept of each must not depend on what was read beside it."""

import json
from datetime import UTC, datetime
from pathlib import Path

from floodmark.case import Actor, Case
from small_files import csv_bytes, rest

ACTOR = Actor("tester", datetime(2025, 7, 2, tzinfo=UTC))


def parts(folder: Path, *calls: list[Path]) -> dict[str, list[tuple[str, int, int]]]:
    """Add the files call by call; return item -> (hash, rows, quarantined) of its parts."""
    case = Case.init(folder, organisation="Example Air", actor=ACTOR)
    for files in calls:
        case.add(files)
    items = case.folder.manifest.items()
    return {
        sha256: [(part.sha256, part.rows, part.quarantined) for part in item.parts]
        for sha256, item in items.items()
    }


def test_parts_have_the_same_bytes_alone_and_together(tmp_path: Path) -> None:
    """Alone, among files of the same form, and beside a broken one: the part of a file is the same."""
    given = {
        "a.csv": csv_bytes([rest(minute) for minute in range(3)]),
        "b.csv": csv_bytes([rest(minute) for minute in range(60, 2000, 7)]),
        "c.csv": csv_bytes(
            [{**rest(5), "CLIENT_IP": ""}, {**rest(6), "TIMESTAMP_DERIVED": "", "TIMESTAMP": ""}]
        ),
        "d.csv": csv_bytes([rest(7), rest(8)])[:-9],
        "e.csv": b"not,a log\n1,2\n",
        "f.json": json.dumps([rest(9)]).encode(),
    }
    files: list[Path] = []
    for name, content in given.items():
        file = tmp_path / name
        file.write_bytes(content)
        files.append(file)
    alone = parts(tmp_path / "alone", *([file] for file in files))
    assert parts(tmp_path / "together", files) == alone
    assert parts(tmp_path / "pairs", files[:2], files[2:]) == alone
    assert len(alone) == len(files)
