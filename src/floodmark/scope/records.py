"""Which records each request read, surely or possibly, as tables that cells and bounds rest on.

A request has parts: one for each object and each way to it (its own rows, a parent path, child rows).
A record that the log names goes to the part that it stands in; a part may also leave every record of
its object possible (`whole`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from floodmark import ids
from floodmark.engine import Engine, literal, quote
from floodmark.replay import Answer, Replayed
from floodmark.scope.requests import Reading
from floodmark.scope.touched import Touched
from floodmark.snapshot import Snapshot

_PART = pa.schema(
    [
        ("part_no", pa.int64()),
        ("request_no", pa.int64()),
        ("object", pa.string()),
        ("since", pa.timestamp("us")),
        ("until", pa.timestamp("us")),
        ("sure_mask", pa.int64()),
        ("possible_mask", pa.int64()),
        ("counted", pa.bool_()),
        ("whole", pa.bool_()),
        ("way", pa.string()),
    ]
)
_MARK = pa.schema([("part_no", pa.int64()), ("col", pa.int64()), ("bit", pa.int64())])
_ACT = pa.schema([("request_no", pa.int64()), ("act", pa.string()), ("since", pa.timestamp("us"))])
_HOME = pa.schema(
    [("request_no", pa.int64()), ("object", pa.string()), ("top", pa.bool_()), ("part_no", pa.int64())]
)


@dataclass(frozen=True)
class Masks:
    """Which bit stands for which field of an object, and for which category."""

    fields: Mapping[str, tuple[str, ...]]
    categories: tuple[str, ...]
    of_field: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Masks:
        """Return the masks of a snapshot: fields in its order, categories sorted."""
        objects = [each for each in snapshot.datamap.objects if each.bears_people]
        fields = {each.name: tuple(name for name, _ in snapshot.fields(each.name)) for each in objects}
        of_field = {(each.name, name): kind for each in objects for name, kind in snapshot.fields(each.name)}
        return cls(fields, tuple(sorted(set(snapshot.datamap.categories))), of_field)

    @property
    def every(self) -> int:
        """The bits of all categories."""
        return (1 << len(self.categories)) - 1

    def mask(self, name: str, chosen: Iterable[str]) -> int:
        """Return the bits of some fields of an object."""
        wanted = set(chosen)
        return sum(1 << bit for bit, field in enumerate(self.fields.get(name, ())) if field in wanted)

    def every_field(self) -> str:
        """Return an expression for the bits of all fields, by the row's object."""
        cases = "".join(
            f" WHEN {literal(name)} THEN {(1 << len(fields)) - 1}"
            for name, fields in sorted(self.fields.items())
        )
        return f"(CASE object{cases} ELSE 0 END)::BIGINT" if cases else "0::BIGINT"

    def to_categories(self, column: str) -> str:
        """Return an expression that turns field bits of `column` into category bits, by the row's object."""
        cases = "".join(
            f" WHEN {literal(name)} THEN {self._bits(name, column)}" for name in sorted(self.fields)
        )
        return f"CASE object{cases} ELSE 0 END" if cases else "0::BIGINT"

    def _bits(self, name: str, column: str) -> str:
        found = [
            f"CASE WHEN {column} & {mask} <> 0 THEN {1 << bit} ELSE 0 END"
            for bit, category in enumerate(self.categories)
            if (mask := self._of_category(name, category))
        ]
        return "(" + (" | ".join(found) or "0") + ")::BIGINT"

    def _of_category(self, name: str, category: str) -> int:
        return self.mask(
            name, [field for field in self.fields[name] if self.of_field[name, field] == category]
        )

    def names(self, bits: int) -> tuple[str, ...]:
        """Return the categories whose bits are set."""
        return tuple(category for bit, category in enumerate(self.categories) if bits >> bit & 1)


@dataclass(frozen=True)
class Part:
    """One object that one request touched in one way; its number is its place in the list of parts.

    What left is what was on file at some time from `since`; a record created after `until` was not
    there. `counted`: the delivered rows are rows of this part. `whole`: every record that existed is
    possible, beside those that the log names.
    """

    request_no: int
    object: str
    since: datetime
    until: datetime
    sure_mask: int
    possible_mask: int
    counted: bool
    whole: bool
    through: tuple[str, str] | None = None
    shown_per_row: int = 1
    """How many records of this part one delivered row can show."""
    way: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    """(column, bit) of the table `replayed`, where replay says which records left."""


class SeenFields:
    """Which fields accounts could see, where a table lists them; a list is complete for its accounts."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.fields: dict[tuple[str, str], set[str]] = {}
        self.accounts: set[str] = set()
        access = snapshot.datamap.visible_fields
        if access is None:
            return
        columns = ", ".join(quote(name) for name in (access.user, access.object, access.field))
        rows = snapshot.engine.rows(f"SELECT DISTINCT {columns} FROM {snapshot.view(access.table)}")
        for user, name, field_name in rows:
            account = ids.canonical((user or "").strip()) or user
            self.accounts.add(account)
            own = self.fields.setdefault((account, (name or "").casefold()), set())
            own.add((field_name or "").rpartition(".")[2].casefold())

    def limit(self, account: str | None, name: str, fields: frozenset[str]) -> frozenset[str]:
        """Return the fields of an object that an account can have seen."""
        if account is None or account not in self.accounts:
            return fields
        own = self.fields.get((account, name.casefold()), set())
        return frozenset(each for each in fields if each.casefold() in own)


def parts(readings: Sequence[Reading], masks: Masks, seen: SeenFields | None = None) -> list[Part]:
    """Return the parts of all requests, in their order; `seen` narrows fields that no log names."""
    found: list[Part] = []
    for number, reading in enumerate(readings):
        own = [
            _part(number, reading, _narrowed(touched, reading.act.actor, seen), masks)
            for touched in reading.touched
        ]
        found += own
        for name in sorted({each.object for each in own}):
            sides = [each for each in own if each.object == name and not each.counted]
            if len(sides) > 1:
                found.append(_either(sides))
    return found


def _narrowed(touched: Touched, account: str | None, seen: SeenFields | None) -> Touched:
    """Return what a request touched without fields that its account could not see; those named were seen."""
    if seen is None:
        return touched
    possible = seen.limit(account, touched.object, touched.possible_fields) | touched.sure_fields
    return replace(touched, possible_fields=possible)


def _part(number: int, reading: Reading, touched: Touched, masks: Masks) -> Part:
    answer = reading.replayed
    told = answer is not None and touched.whole and _told(answer, touched)
    own = answer is not None and told and touched.counted
    return Part(
        request_no=number,
        object=touched.object,
        since=reading.since,
        until=reading.until,
        sure_mask=masks.mask(touched.object, touched.sure_fields),
        possible_mask=masks.mask(touched.object, touched.possible_fields | touched.sure_fields),
        counted=touched.counted,
        whole=touched.whole and not told,
        through=touched.through,
        shown_per_row=touched.shown_per_row,
        way=touched.way,
        marks=((answer.mark.column, answer.mark.bit),) if own and answer and answer.mark else (),
    )


def _told(answer: Answer, touched: Touched) -> bool:
    """Say whether replay tells which records of a part left."""
    if touched.counted:
        return answer.object == touched.object
    return answer.possible == 0 or touched.way in {rows.way for rows in answer.rows}


def _either(sides: Sequence[Part]) -> Part:
    """Return the part of a nested record that may stand in any of several parts of one object."""
    sure, possible = sides[0].sure_mask, sides[0].possible_mask
    for each in sides[1:]:
        sure, possible = sure & each.sure_mask, possible | each.possible_mask
    first = sides[0]
    return Part(
        first.request_no, first.object, first.since, first.until, sure, possible, counted=False, whole=False
    )


def keep_parts(engine: Engine, found: Sequence[Part]) -> None:
    """Make the tables request_part, one row per part, numbered from 0, and part_mark, one per mark."""
    rows = [{"part_no": number, **vars(part)} for number, part in enumerate(found)]
    engine.keep_table("request_part", pa.Table.from_pylist(rows, _PART))
    marks = [
        {"part_no": number, "col": column, "bit": bit}
        for number, part in enumerate(found)
        for column, bit in part.marks
    ]
    engine.keep_table("part_mark", pa.Table.from_pylist(marks, _MARK))


def keep_replayed(
    engine: Engine, snapshot: Snapshot, replayed: Replayed | None, readings: Sequence[Reading]
) -> list[Reading]:
    """Make the table `replayed`: record_no, s0, p0, s1, p1...: the bits of `Mark` of all objects.

    Returns the requests with their answers; the columns of their marks are those of the table.
    """
    offsets = dict(engine.rows("SELECT object, min(record_no) FROM record GROUP BY object ORDER BY object"))
    selects: list[str] = []
    first: dict[str, int] = {}
    columns = 0
    files: Mapping[str, Path] = replayed.files if replayed else {}
    for name, file in sorted(files.items()):
        own = engine.rows(
            f"SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet({literal(str(file))}))"
        )
        count = sum(column.startswith("s") for (column,) in own)
        first[name] = columns
        if name in offsets and snapshot.records.get(name):
            listed = ", ".join(
                f"{which}{place} AS {which}{columns + place}"
                for place in range(count)
                for which in ("s", "p")
            )
            selects.append(
                f"SELECT {offsets[name]} + n AS record_no, {listed} FROM read_parquet({literal(str(file))})"
            )
            columns += count
    union = " UNION ALL BY NAME ".join(selects)
    folder = next((file.parent for file in files.values()), None)
    engine.keep("replayed", union or "SELECT record_no FROM record WHERE false", without=folder)
    if not replayed:
        return list(readings)
    return [
        reading.answered(_moved(answer, first)) if reading.asked or answer.object else reading
        for reading, answer in zip(readings, replayed.answers, strict=True)
    ]


def _moved(answer: Answer, first: Mapping[str, int]) -> Answer:
    """Return an answer whose mark stands in the columns of the table of all objects."""
    if answer.mark is None:
        return answer
    return replace(
        answer, mark=replace(answer.mark, column=answer.mark.column + first.get(answer.object or "", 0))
    )


def _keep_sides(engine: Engine, readings: Sequence[Reading], found: Sequence[Part]) -> None:
    """Add parents and child rows that replay tells to request_record."""
    for number, part in enumerate(found):
        answer = readings[part.request_no].replayed
        if answer is None or part.counted or part.whole or not part.way:
            continue
        for rows in answer.rows:
            if rows.way == part.way:
                engine.connection.execute(
                    f"""INSERT INTO request_record
                        SELECT {part.request_no}, {number},
                               n + (SELECT min(record_no) FROM record
                                    WHERE object = {literal(part.object)}), is_sure
                        FROM read_parquet({literal(str(rows.file))})"""
                )


def keep_records(
    engine: Engine, snapshot: Snapshot, readings: Sequence[Reading], found: Sequence[Part]
) -> None:
    """Make the table request_record: request_no, part_no, record_no, is_sure; from the ids in the logs.

    `part_no` is null for a record of an object that the request's text does not lead to. Parents that
    sure records point to stand beside the records that the log names.
    """
    acts = [
        {"request_no": number, "act": reading.act.act, "since": reading.since}
        for number, reading in enumerate(readings)
        if not reading.empty
    ]
    engine.keep_table("request_act", pa.Table.from_pylist(acts, _ACT))
    engine.keep_table("request_home", pa.Table.from_pylist(_homes(found), _HOME))
    engine.keep("request_record", _REQUEST_RECORD)
    _keep_sides(engine, readings, found)
    for number, part in enumerate(found):
        if part.through and readings[part.request_no].act.id_count:
            _follow(engine, snapshot, number, part, part.through)


def _homes(found: Sequence[Part]) -> list[dict[str, object]]:
    """Return where a record of an object stands: among a request's own rows, or among nested ones."""
    rows: dict[tuple[int, str], dict[bool, int]] = {}
    for number, part in enumerate(found):
        rows.setdefault((part.request_no, part.object), {})[part.counted] = number
    return [
        {"request_no": request, "object": name, "top": top, "part_no": own.get(top, own.get(not top))}
        for (request, name), own in rows.items()
        for top in (True, False)
    ]


_REQUEST_RECORD = """
    SELECT request_act.request_no, part_no, record_no, true AS is_sure
    FROM request_act JOIN act_id USING (act) JOIN record ON record.id = act_id.id
    LEFT JOIN request_home ON request_home.request_no = request_act.request_no
         AND request_home.object = record.object AND request_home.top = act_id.top
"""


def _follow(engine: Engine, snapshot: Snapshot, number: int, part: Part, through: tuple[str, str]) -> None:
    """Add the parents that sure records of a request point to.

    The link of a record changed since may have pointed elsewhere, and a record that stands in two
    parts may not have shown its parent: these are possible only.
    """
    name, link = through
    owner = snapshot.datamap.object(name)
    if owner is None:
        return
    engine.connection.execute(
        f"""INSERT INTO request_record
            SELECT $request, $part, parent.record_no,
                   bool_or(NOT coalesce(child.changed_at > $since, false) AND child.way_count = 1)
            FROM (SELECT record.*, way_count FROM record JOIN (
                    SELECT record_no, count(DISTINCT part_no) AS way_count FROM request_record
                    WHERE request_no = $request AND is_sure GROUP BY record_no) USING (record_no)
                  WHERE object = $child) child
            JOIN {snapshot.view(name)} stored ON stored.{quote(owner.id)} = child.id
            JOIN record parent ON parent.id = stored.{quote(link)} AND parent.object = $parent
            GROUP BY parent.record_no""",
        {
            "request": part.request_no,
            "part": number,
            "since": part.since,
            "child": name,
            "parent": part.object,
        },
    )
