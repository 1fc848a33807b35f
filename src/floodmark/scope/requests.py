"""From hostile events to requests: what each act of reading touched, and how well that is known.

1. Events are gathered into acts (act_event.sql): pages of one query, the same call in two logs,
   the rows of one bulk job, the chunks of one report.
2. The text of a query gives objects and fields; it is read, never run.
3. Ids in the log give the records. A list that is not complete, or absent, leaves every record of
   the object possible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from floodmark.engine import Engine, statement
from floodmark.ledger import READS
from floodmark.models import RequestKind
from floodmark.scope.soql import Query, parse
from floodmark.snapshot.datamap import Datamap, MappedObject

_HERE = Path(__file__).parent
RESULT_LIFE = timedelta(days=7)
"""How long the platform keeps the result of a bulk job: a later download is not possible."""
# Reading one of these shows the other: a compound field and its parts.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "name": ("firstname", "lastname", "middlename", "salutation", "suffix"),
    "mailingaddress": ("mailingstreet", "mailingcity", "mailingstate", "mailingpostalcode", "mailingcountry"),
    "otheraddress": ("otherstreet", "othercity", "otherstate", "otherpostalcode", "othercountry"),
    "billingaddress": ("billingstreet", "billingcity", "billingstate", "billingpostalcode", "billingcountry"),
    "shippingaddress": ("shippingstreet", "shippingcity", "shippingstate", "shippingpostalcode", "shippingcountry"),
    "address": ("street", "city", "state", "postalcode", "country"),
}
_KINDS: Mapping[str, RequestKind] = {
    "query": "query",
    "query_more": "query",
    "bulk_job": "bulk_query",
    "bulk_result": "bulk_query",
    "report": "report",
    "report_export": "report",
    "list_view": "list_view",
    "page_view": "page_view",
    "record": "record",
    "file": "file",
    "search": "search",
}


@dataclass(frozen=True)
class Touched:
    """What one request touched of one object.

    `counted`: the rows that the request delivered are rows of this object. `whole`: beyond the ids in
    the log, every record of the object that existed is possible. Fields are names of the data map.
    """

    object: str
    sure_fields: frozenset[str] = frozenset()
    possible_fields: frozenset[str] = frozenset()
    counted: bool = False
    whole: bool = False
    through: tuple[str, str] | None = None
    """(object, field) whose value on a touched record is the id of the record of this object."""


@dataclass(frozen=True)
class Act:
    """One act of reading, gathered from its events; the names are those of act.sql."""

    act: str
    at: datetime
    last_at: datetime
    operations: tuple[str, ...]
    query: str | None
    query_cut: bool
    objects: tuple[str, ...]
    fields: tuple[str, ...] | None
    matched_rows: int | None
    blocked: bool
    complete: bool
    lists: bool
    known_rows: int
    loose_min: int
    loose_max: int
    id_count: int
    joined_by: tuple[str, ...]
    methods: tuple[str, ...]
    actor: str | None
    session: str | None
    job: str | None
    events: tuple[str, ...]

    @property
    def id(self) -> str:
        """A stable name, made of the act's content."""
        return "R-" + hashlib.sha256(self.act.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Reading:
    """A request as the scope uses it."""

    act: Act
    kind: RequestKind
    objects: tuple[str, ...]
    touched: tuple[Touched, ...]
    grade: int
    fewest: int | None
    most: int | None
    assumes: tuple[str, ...]
    inferable: tuple[str, ...]
    empty: bool = field(default=False)
    """Nothing of a record can have left: blocked, never downloaded, or only a count."""


class Gatherer:
    """Builds the requests of one intrusion; see the module's steps."""

    def __init__(self, engine: Engine, datamap: Datamap, *, downloads_covered: Any) -> None:
        """Use `datamap` for objects and fields.

        `downloads_covered(begin, end)` says whether the logs that show bulk downloads are stated to
        cover those hours.
        """
        self.engine = engine
        self.datamap = datamap
        self.covered = downloads_covered
        self.names = {each.name.casefold(): each for each in datamap.objects}
        self.parents, self.children = _relations(datamap)

    def gather(self) -> list[Reading]:
        """Return all requests, ordered by time and id."""
        self.engine.keep("read_event", statement(_HERE / "read_event.sql"), {"reads": sorted(READS)})
        self.engine.keep("act_event", statement(_HERE / "act_event.sql"))
        self._join_downloads()
        self.engine.keep("act_id", statement(_HERE / "act_id.sql"))
        self.engine.keep("act", statement(_HERE / "act.sql"))
        acts = [_act(row) for row in self._rows("act")]
        return [self.reading(act) for act in sorted(acts, key=lambda each: (each.at, each.id))]

    def _rows(self, table: str) -> list[dict[str, Any]]:
        result = self.engine.connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name of ours
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _join_downloads(self) -> None:
        """Join bulk downloads, which carry a text and no job, to the jobs, which carry no text.

        One user's downloads and finished jobs of one object pair off in order of time when there are
        as many of the one as of the other and each download follows its job; else they stay apart.
        """
        jobs = self.engine.rows(statement(_HERE / "bulk_job.sql"))
        texts = self.engine.rows(statement(_HERE / "bulk_text.sql"))
        groups: dict[tuple[str, str], tuple[list[Any], list[Any]]] = {}
        for act, actor, name, done_at in jobs:
            groups.setdefault((actor, (name or "").casefold()), ([], []))[0].append((done_at, act))
        for act, actor, query, first_at in texts:
            name = (parse(query).object or "").casefold()
            groups.setdefault((actor, name), ([], []))[1].append((first_at, act))
        pairs: list[tuple[str, str]] = []
        for ours, theirs in groups.values():
            matched = list(zip(sorted(ours), sorted(theirs), strict=False))
            if len(ours) == len(theirs) and all(done <= first for (done, _), (first, _) in matched):
                pairs += [(text, job) for (_, job), (_, text) in matched]
        table = pa.table({"text": [text for text, _ in pairs], "job": [job for _, job in pairs]}, schema=_PAIRS)
        self.engine.connection.register("bulk_pairs", table)
        self.engine.connection.execute("CREATE OR REPLACE TEMP TABLE bulk_pair AS SELECT * FROM bulk_pairs")
        self.engine.connection.unregister("bulk_pairs")
        self.engine.keep(
            "act_event", "SELECT event, coalesce(job, act) AS act FROM act_event LEFT JOIN bulk_pair ON text = act"
        )

    # --- one request ---------------------------------------------------------------------------

    def reading(self, act: Act) -> Reading:
        """Return the request that an act was."""
        kind = next((_KINDS[operation] for operation in _KINDS if operation in act.operations), "unknown")
        query = parse(act.query) if act.query and kind in {"query", "bulk_query", "search"} else None
        if query and query.aggregate:
            kind = "aggregate"
        touched = self._touched(act, kind, query)
        objects = _objects(act, query, touched)
        fewest, most = _delivered(act, kind)
        never = kind == "bulk_query" and "bulk_result" not in act.operations and self._never_downloaded(act)
        if never:
            fewest, most = 0, 0
        only_count = bool(query and query.aggregate and not query.shown)
        empty = act.blocked or never or only_count or most == 0
        return Reading(
            act=act,
            kind=kind,
            objects=objects,
            touched=() if empty else touched,
            grade=_grade(act, kind, objects, known=only_count),
            fewest=fewest,
            most=most,
            assumes=tuple(self._assumes(act, kind, query, never=never)),
            inferable=self._inferable(query, touched),
            empty=empty,
        )

    def _never_downloaded(self, act: Act) -> bool:
        return bool(self.covered(act.last_at, act.last_at + RESULT_LIFE))

    def _touched(self, act: Act, kind: RequestKind, query: Query | None) -> tuple[Touched, ...]:
        """Return what the act touched of each mapped object."""
        listed = _whole_list(act, kind)
        if query and query.object:
            found = self._of_query(query, whole=not listed, certain=not act.query_cut and query.whole)
        elif kind in {"page_view", "record"}:
            found = [self._of_names(name, act.fields, whole=False) for name in self._all_mapped()]
        elif act.lists and kind in {"report", "list_view"}:
            found = [
                self._of_names(name, act.fields, whole=not listed and (not act.objects or _in(name, act.objects)))
                for name in self._all_mapped()
            ]
        else:
            found = [self._of_names(name, None, whole=not listed) for name in act.objects]
        return tuple(_merged(each for each in found if each))

    def _all_mapped(self) -> list[str]:
        return [each.name for each in self.datamap.objects if each.bears_people]

    def _of_names(self, name: str, fields: Sequence[str] | None, *, whole: bool) -> Touched | None:
        """Return what a list of column headers shows of one object; without a list every field is possible."""
        mapped = self.names.get(name.casefold())
        if not mapped or not mapped.bears_people:
            return None
        every = frozenset(mapped.fields)
        if fields is None:
            return Touched(mapped.name, frozenset(), every, counted=True, whole=whole)
        sure: set[str] = set()
        unclear = False
        for header in fields:
            owner, dot, last = header.rpartition(".")
            if not dot or owner.casefold() == mapped.name.casefold():
                shown = _shown(last, mapped)
                sure |= shown
                unclear = unclear or (bool(dot) and not shown and not _plain_name(last))
            unclear = unclear or " " in header.strip()
        return Touched(mapped.name, frozenset(sure), every if unclear else frozenset(sure), counted=True, whole=whole)

    def _of_query(self, query: Query, *, whole: bool, certain: bool) -> list[Touched | None]:
        """Return what a query's select list shows of its object, parents and children."""
        mapped = self.names.get((query.object or "").casefold())
        name = mapped.name if mapped else query.object or ""
        paths = query.shown if query.aggregate else query.paths
        found: list[Touched | None] = []
        own = [path for path in paths if "." not in path]
        if mapped and mapped.bears_people:
            sure = frozenset().union(*(_shown(path, mapped) for path in own)) if own else frozenset[str]()
            every = frozenset(mapped.fields) if query.everything or not certain else sure
            counted_whole = whole or query.aggregate
            kept = frozenset[str]() if query.aggregate else sure
            found.append(Touched(mapped.name, kept, every | sure, counted=True, whole=counted_whole))
        for path in paths:
            if "." in path:
                found.append(self._of_parent(name, path, whole=whole or query.aggregate))
        for child in query.children:
            found += self._of_child(name, child, whole=whole, certain=certain)
        return found

    def _of_parent(self, name: str, path: str, *, whole: bool) -> Touched | None:
        """Return what a parent path shows: `Contact.Email` on Case."""
        step, _, rest = path.partition(".")
        link = self.parents.get((name.casefold(), step.casefold()))
        if link is None:
            return None
        link_field, target = link
        if "." in rest:
            return self._far(self._of_parent(target, rest, whole=True))
        mapped = self.names.get(target.casefold())
        if not mapped or not mapped.bears_people:
            return None
        shown = _shown(rest, mapped)
        owner = self.names.get(name.casefold())
        near = bool(owner and owner.bears_people and not whole)
        sure = shown if near else frozenset[str]()
        return Touched(mapped.name, sure, shown, whole=not near, through=(name, link_field) if near else None)

    def _far(self, touched: Touched | None) -> Touched | None:
        """A parent two or more steps up is not followed record by record: all of them are possible."""
        return replace(touched, whole=True, sure_fields=frozenset(), through=None) if touched else None

    def _of_child(self, name: str, child: Query, *, whole: bool, certain: bool) -> list[Touched | None]:
        """Return what a child subquery shows of the child object."""
        target = self.children.get((name.casefold(), (child.object or "").casefold()))
        if target is None:
            return []
        inner = replace_object(child, target)
        return [replace(each, counted=False) for each in self._of_query(inner, whole=whole, certain=certain) if each]

    def _inferable(self, query: Query | None, touched: Sequence[Touched]) -> tuple[str, ...]:
        """Return mapped fields that a filter used and the answer did not show."""
        mapped = self.names.get((query.object or "").casefold()) if query else None
        if not query or not mapped:
            return ()
        shown = {name for each in touched if each.object == mapped.name for name in each.possible_fields}
        used = frozenset().union(*(_shown(path, mapped) for path in query.filters)) if query.filters else frozenset[str]()
        return tuple(f"{mapped.name}.{name}" for name in sorted(used - shown))

    def _assumes(self, act: Act, kind: RequestKind, query: Query | None, *, never: bool) -> Iterable[str]:
        """Yield what the statement about this request rests on."""
        yield from (f"rows without a session joined by {how}" for how in act.joined_by)
        if kind == "bulk_query" and act.job and act.query:
            yield "download joined to its job by user, object and order of time"
        if never:
            yield "results never downloaded: none seen while the logs cover the days in which they could be"
        if act.blocked:
            yield "blocked by a policy of the platform: nothing was delivered"
        if act.query_cut or (query and not query.whole):
            yield "query text is cut or not readable to its end: what was read of it is used"
        if act.loose_max > act.loose_min:
            yield "pages without ids may be one page fetched twice"
        if act.lists and not act.complete and not act.blocked:
            yield "the log's id list is not complete"


def _relations(datamap: Datamap) -> tuple[dict[tuple[str, str], tuple[str, str]], dict[tuple[str, str], str]]:
    """Return (object, parent name) -> (field, parent object), and (object, child name) -> child object."""
    parents: dict[tuple[str, str], tuple[str, str]] = {}
    children: dict[tuple[str, str], str] = {}
    for path, target in datamap.relations.items():
        owner, _, link = path.partition(".")
        name = link[:-3] + "__r" if link.endswith("__c") else link.removesuffix("Id")
        parents[owner.casefold(), name.casefold()] = (link, target)
        plural = owner[:-3] + "s__r" if owner.endswith("__c") else _plural(owner)
        children[target.casefold(), plural.casefold()] = owner
    return parents, children


def _plural(name: str) -> str:
    return name[:-1] + "ies" if name.endswith("y") else name + "s"


def replace_object(query: Query, name: str) -> Query:
    """Return the query with its object named `name`."""
    return Query(**{**vars(query), "object": name})


def _shown(path: str, mapped: MappedObject) -> frozenset[str]:
    """Return the mapped fields whose value a returned field shows, compound fields and parts included."""
    wanted = path.casefold()
    found: set[str] = set()
    for name in mapped.fields:
        low = name.casefold()
        if low == wanted or wanted in _PARTS.get(low, ()) or low in _PARTS.get(wanted, ()):
            found.add(name)
    return frozenset(found)


def _plain_name(header: str) -> bool:
    return header.isidentifier()


def _in(name: str, names: Iterable[str]) -> bool:
    return name.casefold() in {each.casefold() for each in names}


def _merged(found: Iterable[Touched]) -> list[Touched]:
    """Return one Touched for each object and way, sorted; fields of one way are united."""
    by_way: dict[tuple[str, tuple[str, str] | None], Touched] = {}
    for each in found:
        way = (each.object, each.through)
        before = by_way.get(way)
        by_way[way] = (
            each
            if before is None
            else replace(
                before,
                sure_fields=before.sure_fields | each.sure_fields,
                possible_fields=before.possible_fields | each.possible_fields,
                counted=before.counted or each.counted,
                whole=before.whole or each.whole,
            )
        )
    return [by_way[way] for way in sorted(by_way, key=str)]


def _objects(act: Act, query: Query | None, touched: Sequence[Touched]) -> tuple[str, ...]:
    """Return the objects of a request: the query's own first, then what else it touched."""
    first = [query.object] if query and query.object else list(act.objects)
    seen = {name.casefold() for name in first}
    named = [each.object for each in touched] if query and query.object else []
    return tuple([*first, *sorted({name for name in named if name.casefold() not in seen})])


def _delivered(act: Act, kind: RequestKind) -> tuple[int | None, int | None]:
    """Return the fewest and the most rows that left; None when no log says."""
    if act.blocked:
        return 0, 0
    if kind in {"page_view", "record"}:
        return 1, 1
    if act.lists and kind != "report":
        fewest = max(act.known_rows + act.loose_min, act.id_count if kind == "query" else 0)
        most = act.known_rows + act.loose_max
        if act.matched_rows is not None:
            most = min(most, act.matched_rows)
        return fewest, max(fewest, most)
    if act.lists and act.complete:
        rows = act.known_rows + act.loose_max
        return rows, rows
    return (None, None) if act.matched_rows is None else (0, act.matched_rows)


def _grade(act: Act, kind: RequestKind, objects: Sequence[str], *, known: bool) -> int:
    """Return the grade of design section 6, first form: without replay a query without ids is grade 4."""
    if known or (kind in {"page_view", "record"} and act.id_count):
        return 1
    if _whole_list(act, kind) and not act.blocked:
        return 1
    if act.id_count:
        return 3
    return 4 if objects else 5


def _whole_list(act: Act, kind: RequestKind) -> bool:
    """Say whether the ids in the log are all that this act delivered."""
    if not (act.lists and act.complete):
        return False
    if kind in {"report", "list_view"}:  # one row shows several records; a chunk may be missing
        return act.matched_rows is None or act.known_rows + act.loose_max >= act.matched_rows
    return act.id_count == act.known_rows + act.loose_max


_PAIRS = pa.schema([("text", pa.string()), ("job", pa.string())])


def _act(row: Mapping[str, Any]) -> Act:
    """Return one row of the table act."""
    return Act(
        act=row["act"],
        at=row["at"],
        last_at=row["last_at"],
        operations=tuple(row["operations"]),
        query=row["query"],
        query_cut=row["query_cut"],
        objects=tuple(row["objects"] or ()),
        fields=tuple(row["fields"] or ()) if row["has_fields"] else None,
        matched_rows=row["matched_rows"],
        blocked=bool(row["blocked"]),
        complete=bool(row["complete"]),
        lists=bool(row["lists"]),
        known_rows=int(row["known_rows"]),
        loose_min=int(row["loose_min"]),
        loose_max=int(row["loose_max"]),
        id_count=int(row["id_count"]),
        joined_by=tuple(row["joined_by"] or ()),
        methods=tuple(row["methods"] or ()),
        actor=row["actor"],
        session=row["session"],
        job=row["job"],
        events=cast("tuple[str, ...]", tuple(row["events"])),
    )
