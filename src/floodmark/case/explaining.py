"""`floodmark explain`: the chain behind a person's outcomes, a category's bounds, what one request took.

    statement ─► why ─► rows of the logs ─► SQL

The chain is read from the tables that deriving leaves on the engine, the same that the scope was
counted from. Nothing is written. Text from logs stands in the steps as it came; who shows them makes
it inert.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from floodmark import ids
from floodmark.case.chain import DECLARED, GRADES, SHOWN, Chain, Standing, counted, interval, listed
from floodmark.case.deriving import Deriving
from floodmark.case.folder import Folder
from floodmark.case.person_chain import PersonChain
from floodmark.engine import Engine
from floodmark.errors import UsageError
from floodmark.models import OUTCOMES, Explained, Reconciled, Request, Step, dump
from floodmark.snapshot import NO_MAP
from floodmark.snapshot.datamap import Datamap, load
from floodmark.text import closest, visible
from floodmark.trace import Selectors

__all__ = ["Standing", "explain", "require_subject", "standing_of"]

_EVENTS_SHOWN = 50
"""Rows of the logs that the chain of one request names."""
HINT = (
    "name the id of a customer record, a category such as date_of_birth, or a request such as R-0123456789ab"
)


def standing_of(folder: Folder, engine: Engine, selectors: Selectors) -> Standing:
    """Derive the case on `engine` as a report of these selectors would, and write nothing."""
    deriving = Deriving(folder, engine)
    derived = deriving.derive(selectors)
    scope = derived.scoped.document
    stored = folder.results / "scope.json"
    return Standing(
        engine=engine,
        scope=scope,
        proof=derived.material.proof,
        statements=derived.material.statements,
        labels=derived.material.labels,
        datamap=_datamap(folder),
        names={sha256: item.names[0] for sha256, item in deriving.ledger.items.items()},
        head=folder.custody.head(),
        stale=stored.is_file() and stored.read_bytes() != dump(scope).encode("ascii"),
    )


def _datamap(folder: Folder) -> Datamap:
    """Return the data map that the customer tables were taken in with."""
    stated = folder.snapshots / "snapshot.json"
    if not stated.is_file():
        return NO_MAP
    tables = folder.snapshots / json.loads(stated.read_text("ascii"))["folder"]
    return load((tables / "datamap.yaml").read_text("utf-8"), "datamap.yaml")


def require_subject(subject: str) -> None:
    """Raise UsageError for what can be no subject, before anything is derived."""
    shown = visible(subject, limit=60)
    if "@" in subject:
        raise UsageError(
            f"{shown} is an address, and people are found by record id only",
            hint="look the id of the record up in the customer table, then name it",
        )
    if "." in subject or "[" in subject:
        raise UsageError(f"{shown} looks like a claim, and claims cannot be explained yet", hint=HINT)
    if not subject.strip():
        raise UsageError("nothing is named to explain", hint=HINT)


def explain(standing: Standing, subject: str) -> Explained:
    """Return the chain from a statement down to the rows of the logs and the SQL.

    Args:
        standing: the derived case.
        subject: any record id of a person (15 or 18 characters), a category, or the id of a request.

    Raises:
        UsageError: nothing was accepted as hostile, or the case knows no such subject.
    """
    require_subject(subject)
    if not (standing.scope.intrusion.events or standing.scope.requests):
        hint = "accept a finding, or name the intrusion: floodmark scope CASE --session KEY"
        raise UsageError("nothing was accepted as hostile, so there is nothing to explain", hint=hint)
    if any(each.category == subject for each in standing.scope.categories):
        return _Category(standing, subject).explained()
    if subject in standing.requests:
        return _OneRequest(standing, subject).explained()
    person = _person_of(standing, subject)
    if person is not None:
        return PersonChain(standing, *person).explained()
    known = [*(each.category for each in standing.scope.categories), *standing.requests]
    raise UsageError(
        f"{visible(subject, limit=60)} is no record, category or request of this case"
        f"{closest(subject, known)}",
        hint=HINT,
    )


def _person_of(standing: Standing, subject: str) -> tuple[int, str] | None:
    """Return number and id of the person whose record `subject` names; None when there is none."""
    named = sorted({subject, ids.canonical(subject) or subject})
    found = standing.engine.rows(
        """SELECT DISTINCT person_no, person FROM record JOIN person USING (person_no)
           WHERE list_contains($1::VARCHAR[], id) ORDER BY person_no""",
        [named],
    )
    if len(found) > 1:
        raise UsageError(
            f"{visible(subject, limit=60)} is the id of records of {len(found)} people",
            hint="ids that are places in a table repeat between tables; name a record of a table with ids",
        )
    return (found[0][0], found[0][1]) if found else None


# --- a request ---------------------------------------------------------------------------------------


class _OneRequest(Chain):
    """What one request took, and how that is known."""

    kind = "request"

    def explained(self) -> Explained:
        """Return the chain."""
        request = self.standing.requests[self.subject]
        told = {each.id: each for each in self.standing.proof.requests}.get(request.id)
        steps = [
            Step(text=self._took(request, told)),
            *self._fields(request),
            Step(text=self._grade(request)),
            *self._counts(told),
            *([Step(text=f"text in the log, read and never run: {request.query}")] if request.query else ()),
            Step(
                text=f"read from {counted(len(request.events), 'row')} of the logs",
                evidence=self.rows(request.events, limit=_EVENTS_SHOWN),
            ),
        ]
        kind = request.kind.replace("_", " ")
        return self.document(f"request {request.id}: {kind} of {listed(request.objects) or 'unknown'}", steps)

    def _took(self, request: Request, told: Reconciled | None) -> str:
        (people,) = self.engine.row(
            "SELECT count(*) FROM person_row WHERE list_contains(request_ids, $1)", [request.id]
        )
        sure = "not known" if told is None or told.sure is None else f"{told.sure:,}"
        possible = "not known" if told is None or told.possible is None else f"{told.possible:,}"
        return (
            f"records of its object that surely left: {sure}; that possibly left, the sure ones included: "
            f"{possible}; people whose records it may have reached: {people:,}"
        )

    def _fields(self, request: Request) -> Iterator[Step]:
        sure, possible = self._shown(request)
        if sure:
            yield Step(text=f"fields surely returned: {listed(sure, limit=40)}")
        rest = [each for each in possible if each not in sure]
        if rest:
            yield Step(text=f"fields possibly returned: {listed(rest, limit=40)}")
        if request.inferable:
            named = listed(request.inferable, limit=40)
            yield Step(text=f"fields of the filter, inferable and not taken: {named}")
        if not sure and not rest:
            yield Step(text="no mapped field is known to have been returned")

    def _shown(self, request: Request) -> tuple[list[str], list[str]]:
        """Return the fields surely and possibly returned, as `Object.Field`."""
        found: tuple[list[str], list[str]] = ([], [])
        for name, sure, possible in self.engine.rows(
            """SELECT object, bit_or(sure_mask), bit_or(possible_mask)
               FROM request_part JOIN request_fact USING (request_no)
               WHERE request_id = $1 GROUP BY object ORDER BY object""",
            [request.id],
        ):
            mapped = self.standing.datamap.object(name)
            for bit, each in enumerate(mapped.fields if mapped else ()):
                for place, mask in enumerate((sure, possible)):
                    if mask >> bit & 1:
                        found[place].append(f"{name}.{each}")
        return found

    def _grade(self, request: Request) -> str:
        assumes = f"; it assumes: {'; '.join(request.assumes)}" if request.assumes else ""
        return f"grade {request.grade}: {GRADES[request.grade]}{assumes}"

    def _counts(self, told: Reconciled | None) -> Iterator[Step]:
        if told is None:
            return
        counts = (("matched", told.matched_rows), ("replayed", told.replayed_rows))
        said = [f"rows {name}: {'not known' if count is None else f'{count:,}'}" for name, count in counts]
        rows = told.delivered_rows
        said.insert(1, f"rows delivered: {interval(rows.min, rows.max) if rows else 'not known'}")
        if told.difference is not None:
            said.append(
                f"matched less replayed: {told.difference:+,}" if told.difference else "no difference"
            )
        yield Step(text="; ".join(said))
        if told.explanation:
            yield Step(text=told.explanation)
        if told.refused is not None:
            yield Step(text=f"not replayed: {told.refused}")


# --- a category --------------------------------------------------------------------------------------


class _Category(Chain):
    """How many people lost a category, and how that is known."""

    kind = "category"

    def explained(self) -> Explained:
        """Return the chain."""
        found = next(each for each in self.scope.categories if each.category == self.subject)
        people = found.people
        outcomes = found.outcomes.model_dump()
        bound = interval(people.at_least, people.at_most)
        tight = "the tightest bound that the evidence allows" if people.bound == "exact" else "a safe bound"
        steps = [
            Step(
                text=f"people who truly lost a value: {bound}; {tight}; counted by {self.scope.snapshot.unit}"
            ),
            Step(
                text=f"all {counted(sum(outcomes.values()), 'person', 'people')} on file: "
                + ", ".join(f"{each.replace('_', ' ')} {outcomes[each]:,}" for each in OUTCOMES)
            ),
            self._held_in(),
            *self._requests(),
            *self._absence(),
            *(self.obstacles() if outcomes["cannot_tell"] else ()),
            self.blind(),
        ]
        return self.document(f"category {self.label(self.subject)}", steps)

    def _held_in(self) -> Step:
        named = [f"{name}.{each}" for name, each, _ in self.fields(self.subject)]
        if named:
            return Step(text=f"held in {listed(named)}, by the data map")
        return Step(text=DECLARED)

    def _requests(self) -> Iterator[Step]:
        """Yield the requests that showed a field of the category, sure ones of the best grade first."""
        masks = self.masks(self.subject)
        rows = self.engine.rows(
            """SELECT request_id, bool_or(sure_mask & mask <> 0) AS sure
               FROM request_part JOIN request_fact USING (request_no)
               JOIN (SELECT unnest($1::VARCHAR[]) AS object, unnest($2::BIGINT[]) AS mask) USING (object)
               WHERE possible_mask & mask <> 0
               GROUP BY request_id, grade ORDER BY sure DESC, grade, request_id""",
            [list(masks), list(masks.values())],
        )
        if not rows:
            yield Step(text="no request selected a field that holds it")
        for id_, sure in rows[:SHOWN]:
            shown = "showed such a field" if sure else "possibly showed such a field"
            yield self.request_step(id_, f"{self.described(self.standing.requests[id_])}: {shown}")
        if len(rows) > SHOWN:
            yield Step(text=f"and {counted(len(rows) - SHOWN, 'more request')} that may have shown one")

    def _absence(self) -> Iterator[Step]:
        for each in self.standing.proof.absence:
            if each.category == self.subject:
                yield Step(
                    text=f"of those who did not lose it: declared not held {each.declared:,}, no value on "
                    f"record {each.not_held:,}, held and never selected {each.never_selected:,}, selected "
                    f"and outside the results {each.outside:,}"
                )
