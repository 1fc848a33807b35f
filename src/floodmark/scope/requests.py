"""From hostile events to requests: what each act of reading touched, and how well that is known.

1. Events are gathered into acts (act_event.sql): pages of one query, the same call in two logs,
   the rows of one bulk job, the chunks of one report.
2. The text of a query gives objects and fields; it is read, never run.
3. Ids in the log give the records. Where the list is not complete, or absent, replay says which records
   are possible; where it cannot, every record of the object is.
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
from floodmark.replay import Answer, Asked
from floodmark.scope.selection import Query, read
from floodmark.scope.touched import Resolver, Touched, merged
from floodmark.snapshot.datamap import Datamap
from floodmark.text import visible

_HERE = Path(__file__).parent
RESULT_LIFE = timedelta(days=7)
"""How long the platform keeps the result of a bulk job: a later download is not possible."""
_FINAL = frozenset({"jobcomplete", "complete", "completed", "aborted", "failed"})
"""States of a bulk job after which its row count does not grow."""
_REPLAYED = frozenset({"query", "bulk_query", "aggregate"})
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
    page_rows: int | None
    """Rows stated by rows of a log that may count each page or the whole: their sum, if it can be larger."""
    done_at: datetime | None
    """When a bulk job was done, as far as its rows show."""
    joined_by: tuple[str, ...]
    methods: tuple[str, ...]
    actor: str | None
    session: str | None
    job: str | None
    events: tuple[str, ...]
    deleted: bool = False
    """Deleted records were asked for by the way of asking (queryAll)."""

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
    query: Query | None = None
    answer: Answer | None = None
    """What replay says of the query; None where there is no text, or it was not tried."""

    @property
    def replayed(self) -> Answer | None:
        """The answer of replay, where it limits which records left: the log does not list them all."""
        return self.answer if self.answer and not self.answer.refused and self.answer.object else None

    @property
    def asked(self) -> Asked | None:
        """What replay is asked; None where there is nothing to replay."""
        if not self.query or not self.query.object or self.kind not in _REPLAYED:
            return None
        return Asked(
            text=self.query.text,
            since=self._begun,
            until=self.until,
            account=self.act.actor,
            matched_rows=self.act.matched_rows,
            fewest=self.fewest,
            most=self.most,
            prefix=self.kind == "query",
            whole=self.kind == "bulk_query" and _fetched(self.act),
            all_rows=self.act.deleted,
        )

    def answered(self, answer: Answer) -> Reading:
        """Return the request with what replay says of it."""
        if not self.asked:
            seen = "limited to records that a table lists as visible to the account"
            told = replace(answer, replayed_rows=None, agrees=False)
            return replace(self, answer=told, assumes=(*self.assumes, seen)) if answer.object else self
        notes = (f"not replayed: {answer.refused}",) if answer.refused else answer.notes
        known = self.grade in {1, 5} or answer.refused
        grade = self.grade if known else 2 if answer.agrees else 3
        return replace(self, answer=answer, grade=grade, assumes=(*self.assumes, *notes))

    @property
    def since(self) -> datetime:
        """From when on a change to a record leaves open what left.

        The platform stamps a change with its second only, so one in the second of the read may have come
        before it or after. The result of a job that was seen only when it was fetched may be as old as
        results live.
        """
        return before_second(self._begun)

    @property
    def _begun(self) -> datetime:
        """The earliest moment at which the answer can have been computed."""
        jobless = self.kind == "bulk_query" and "bulk_job" not in self.act.operations
        return self.act.at - RESULT_LIFE if jobless else self.act.at

    @property
    def until(self) -> datetime:
        """A record created later was not there."""
        if self.kind in {"query", "aggregate", "record", "page_view"}:
            return self.act.at
        return self.act.done_at or self.act.last_at


def before_second(at: datetime) -> datetime:
    """Return the last moment before the second of a time: stamps of the platform have no fractions."""
    return at.replace(microsecond=0) - timedelta(microseconds=1)


class Gatherer:
    """Builds the requests of one intrusion; see the module's steps."""

    def __init__(self, engine: Engine, datamap: Datamap, *, downloads_covered: Any) -> None:
        """Use `datamap` for objects and fields.

        `downloads_covered(begin, end)` says whether the logs that show bulk downloads are stated to
        cover those hours.
        """
        self.engine = engine
        self.covered = downloads_covered
        self.resolver = Resolver(datamap)

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
        result = self.engine.connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _join_downloads(self) -> None:
        """Join bulk downloads, which carry a text and no job, to the jobs, which carry no text.

        One user's downloads and finished jobs of one object pair off in order of time when there are
        as many of the one as of the other and each download follows its job; else they stay apart. This is
        tried within each session first, then for what is left.
        """
        jobs = self.engine.rows(statement(_HERE / "bulk_job.sql"))
        texts = [
            (act, actor, session, read(query).object, at)
            for act, actor, session, query, at in self.engine.rows(statement(_HERE / "bulk_text.sql"))
        ]
        pairs = _paired([row for row in jobs if row[2]], [row for row in texts if row[2]], by_session=True)
        joined = {act for pair in pairs for act in pair}
        pairs += _paired(
            [row for row in jobs if row[0] not in joined],
            [row for row in texts if row[0] not in joined],
            by_session=False,
        )
        table = pa.table(
            {"text": [text for text, _ in pairs], "job": [job for _, job in pairs]}, schema=_PAIRS
        )
        self.engine.keep_table("bulk_pair", table)
        self.engine.keep(
            "act_event",
            "SELECT event, coalesce(job, act) AS act FROM act_event LEFT JOIN bulk_pair ON text = act",
        )

    # --- one request ---------------------------------------------------------------------------

    def reading(self, act: Act) -> Reading:
        """Return the request that an act was."""
        kind = _kind(act)
        query = read(act.query) if act.query and kind in {"query", "bulk_query", "search"} else None
        if query and query.aggregate:
            kind = "aggregate"
        touched = self._touched(act, kind, query)
        never = kind == "bulk_query" and self._never_downloaded(act)
        fewest, most = (0, 0) if never else _delivered(act, kind)
        only_count = bool(query and query.aggregate and not query.paths)
        empty = act.blocked or never or only_count or most == 0
        objects = _objects(act, query, touched)
        return Reading(
            act=act,
            kind=kind,
            objects=objects,
            touched=() if empty else touched,
            grade=self._grade(act, kind, objects, known=only_count),
            fewest=fewest,
            most=most,
            assumes=tuple(self._assumes(act, kind, query, never=never)),
            inferable=self.resolver.inferable(query, touched),
            empty=empty,
            query=query,
        )

    def _never_downloaded(self, act: Act) -> bool:
        """Say whether the result of a job cannot have left: no download is seen where each would be.

        A download that names no job may be of any job of its user with the same object.
        """
        if "bulk_result" in act.operations or not self.covered(act.at, act.last_at + RESULT_LIFE):
            return False
        texts = self.engine.rows(
            statement(_HERE / "bulk_fetch.sql"),
            {"job": act.job, "actor": act.actor, "begin": act.at, "end": act.last_at + RESULT_LIFE},
        )
        names = {(read(text or "").object or "").casefold() for (text,) in texts}
        ours = {name.casefold() for name in act.objects}
        return not names if not ours else not names & {"", *ours}

    def _touched(self, act: Act, kind: RequestKind, query: Query | None) -> tuple[Touched, ...]:
        """Return what the act touched of each mapped object."""
        listed = _whole_list(act, kind)
        if query and query.object:
            return self.resolver.of_query(query, listed=listed)
        people = self.resolver.people()
        if kind in {"page_view", "record"} and act.id_count:
            found = [self.resolver.of_record(name, act.fields) for name in people]
        elif act.lists and kind in {"report", "list_view"}:
            found = [
                self.resolver.of_columns(name, act.fields, act.objects, listed=listed) for name in people
            ]
        else:
            known = [self.resolver.of_object(name) for name in act.objects]
            found = [replace(each, whole=not listed) for each in known if each]
        return merged(each for each in found if each)

    def _grade(self, act: Act, kind: RequestKind, objects: Sequence[str], *, known: bool) -> int:
        """Return the grade of design section 6, first form: without replay a query without ids is grade 4."""
        if known or (kind in {"page_view", "record"} and act.id_count):
            return 1
        if _whole_list(act, kind) and not act.blocked:
            return 1
        if act.id_count:
            return 3
        # A report type of its own can show several objects, and no log says which.
        custom = kind in {"report", "list_view"} and act.fields is None and not self.resolver.knows(objects)
        return 4 if objects and not custom else 5

    def _assumes(self, act: Act, kind: RequestKind, query: Query | None, *, never: bool) -> Iterable[str]:
        """Yield what the statement about this request rests on."""
        yield from (f"rows without a session joined by {how}" for how in act.joined_by)
        if kind == "bulk_query" and act.job and act.query:
            yield "download joined to its job by user, object and order of time"
        if never:
            yield "results never downloaded: none seen while the logs cover the days in which they could be"
        if kind == "bulk_query" and _fetched(act) and not act.blocked:
            yield "the result is taken to be fetched whole: calls for it are seen, not the rows of each"
        if act.blocked:
            yield "blocked by a policy of the platform: nothing was delivered"
        if act.query_cut or (query and not query.whole):
            yield "query text is cut or not readable to its end: what was read of it is used"
        if act.loose_max > act.loose_min:
            yield "pages without ids may be one page fetched twice"
        if act.lists and not act.complete and not act.blocked:
            yield "the log's id list is not complete"
        for path in self.resolver.unresolved(query):
            yield f"the data map does not say where {visible(path, limit=80)} leads: not followed"


def _paired(
    jobs: Sequence[tuple[Any, ...]], texts: Sequence[tuple[Any, ...]], *, by_session: bool
) -> list[tuple[str, str]]:
    """Return (download, job) where they pair off; rows are act, actor, session, object, time."""
    groups: dict[tuple[str, ...], tuple[list[Any], list[Any]]] = {}
    for side, rows in enumerate((jobs, texts)):
        for act, actor, session, name, at in rows:
            key = (actor, session if by_session else "", (name or "").casefold())
            groups.setdefault(key, ([], []))[side].append((at, act))
    pairs: list[tuple[str, str]] = []
    for ours, theirs in groups.values():
        matched = list(zip(sorted(ours), sorted(theirs), strict=False))
        if len(ours) == len(theirs) and all(done <= first for (done, _), (first, _) in matched):
            pairs += [(text, job) for (_, job), (_, text) in matched]
    return pairs


def _kind(act: Act) -> RequestKind:
    for operation, kind in _KINDS.items():
        if operation in act.operations:
            return kind
    return "unknown"


def _objects(act: Act, query: Query | None, touched: Sequence[Touched]) -> tuple[str, ...]:
    """Return the objects of a request: the query's own first, then what else it touched."""
    first = [query.object] if query and query.object else list(act.objects)
    seen = {name.casefold() for name in first}
    named = [each.object for each in touched] if query and query.object else []
    return (*first, *sorted({name for name in named if name.casefold() not in seen}))


def _delivered(act: Act, kind: RequestKind) -> tuple[int | None, int | None]:
    """Return the fewest and the most rows that left; None when no log says."""
    if act.blocked:
        return 0, 0
    if kind in {"page_view", "record"} and act.id_count:
        return act.id_count, act.id_count
    if act.lists and kind in {"report", "list_view"}:
        return _chunks(act)
    if kind == "bulk_query" and _fetched(act):
        return (None, None) if _running(act) else (act.matched_rows, act.matched_rows)
    if act.lists:
        fewest = max(act.known_rows + act.loose_min, act.id_count if kind == "query" else 0)
        most = act.known_rows + act.loose_max
        if act.matched_rows is not None:
            most = min(most, act.matched_rows)
        return fewest, max(fewest, most)
    return _stated(act)


def _chunks(act: Act) -> tuple[int, int | None]:
    """Return the limits of a run of which chunks are seen: one that is not may have left too."""
    if act.matched_rows is not None:
        return act.known_rows, max(act.known_rows, act.matched_rows)
    return act.known_rows, act.known_rows + act.loose_max if act.complete else None


def _stated(act: Act) -> tuple[int | None, int | None]:
    """Return the limits where a log states a total only; a job that was not seen done can have gone on."""
    if act.matched_rows is None or _running(act):
        return None, None
    paged = "query_more" in act.operations
    return 0, max(act.matched_rows, act.page_rows or 0) if paged else act.matched_rows


def _running(act: Act) -> bool:
    """Say whether a bulk job was not seen to end, so that its row count can have grown."""
    return "bulk_job" in act.operations and not _FINAL & {method.casefold() for method in act.methods}


def _fetched(act: Act) -> bool:
    """Say whether the result of a bulk job was fetched; the log names no rows."""
    return "bulk_result" in act.operations and not act.lists


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
        page_rows=None if row["page_rows"] is None else int(row["page_rows"]),
        done_at=row["done_at"],
        joined_by=tuple(row["joined_by"] or ()),
        methods=tuple(row["methods"] or ()),
        actor=row["actor"],
        session=row["session"],
        job=row["job"],
        events=cast("tuple[str, ...]", tuple(row["events"])),
        deleted=bool(row["deleted"]),
    )
