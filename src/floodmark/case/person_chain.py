"""The outcome of one person for each category, and why: requests, rules, values on file, rows of the logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from floodmark.case.chain import ABSENT, DECLARED, SHOWN, Chain, Standing, counted, listed, obstacle_words
from floodmark.models import Explained, Step, stamp
from floodmark.scope import reach

_REASONS_SHOWN = 3


@dataclass(frozen=True)
class _Record:
    """One record of a person, and the bits of the fields that hold a value now."""

    object: str
    id: str
    created_at: datetime | None
    changed_at: datetime | None
    value_mask: int


@dataclass(frozen=True)
class _Reached:
    """One request that reached a record: surely or possibly, by which rule, and the fields it showed."""

    request: str
    object: str
    record: str
    sure: bool
    how: str
    since: datetime | None
    """A record changed later has values that the request may not have seen."""
    sure_mask: int
    possible_mask: int


class PersonChain(Chain):
    """The outcome of one person for each category, and why."""

    kind = "person"

    def __init__(self, standing: Standing, number: int, person: str) -> None:
        super().__init__(standing, person)
        self.number = number
        self.records = [
            _Record(*row)
            for row in self.engine.rows(
                """SELECT object, id, created_at, changed_at, value_mask FROM record
                   WHERE person_no = $1 ORDER BY object, id""",
                [number],
            )
        ]
        self.by_id = {(each.object, each.id): each for each in self.records}
        self.reached = self._reached()

    def _reached(self) -> list[_Reached]:
        """Return which requests reached which records, the sure ones first."""
        shown: dict[tuple[str, str], tuple[datetime | None, int, int]] = {
            (request, name): (since, sure, possible)
            for request, name, since, sure, possible in self.engine.rows(
                """SELECT request_id, object, min(since), bit_or(sure_mask), bit_or(possible_mask)
                   FROM request_part JOIN request_fact USING (request_no) GROUP BY ALL"""
            )
        }
        found = [
            _Reached(request, name, id_, sure, how, *shown.get((request, name), (None, 0, -1)))
            for request, name, id_, sure, how in reach.requests_of(self.engine, self.number)
        ]
        return sorted(
            found, key=lambda each: (not each.sure, each.request, each.object, each.record, each.how)
        )

    def explained(self) -> Explained:
        """Return the chain."""
        columns = [name for (name,) in self.engine.rows("SELECT column_name FROM (DESCRIBE person_row)")]
        row = self.engine.row("SELECT * FROM person_row WHERE person = $1", [self.subject])
        values = dict(zip(columns, row, strict=True))
        outcomes = {each.category: str(values[each.category]) for each in self.scope.categories}
        steps = [
            Step(text=self._identity(values)),
            *(Step(text=self._why(category, outcome)) for category, outcome in outcomes.items()),
            *self._requests(),
            *(self.obstacles() if "cannot_tell" in outcomes.values() else ()),
            self.blind(),
        ]
        return self.document(f"person {self.subject}, {counted(len(self.records), 'record')} on file", steps)

    def _identity(self, row: Mapping[str, Any]) -> str:
        named = listed([f"{each.object} {each.id}" for each in self.records])
        home = listed(list(row.get("residence") or ())) or "no known country"
        return f"one person, counted by {self.scope.snapshot.unit}: {named}; residence: {home}"

    # --- why an outcome

    def _why(self, category: str, outcome: str) -> str:
        match outcome:
            case "taken" | "possibly_taken":
                why = self._shown(category, sure=outcome == "taken")
            case "not_held":
                why = self._not_held(category)
            case "cannot_tell":
                why = self._cannot_tell(category)
            case _:
                why = f"{self._held(category)}; {self._unreached(category)}"
        said = ABSENT if outcome == "not_taken" else outcome.replace("_", " ")
        return f"{self.label(category)}: {said}; {why}"

    def _shown(self, category: str, *, sure: bool) -> str:
        """Say which requests showed a field of the category, of which record, and what was on file."""
        found = [
            self._reading(each, category)
            for each in self.reached
            if (
                self._surely(each, category)
                if sure
                else each.possible_mask & self.mask(category, each.object)
            )
        ]
        return listed(list(dict.fromkeys(found)), limit=_REASONS_SHOWN, between="; ") or "by the tables below"

    def _surely(self, reached: _Reached, category: str) -> bool:
        """Whether a request surely showed a value of the category: then as now, since nothing changed."""
        record = self.by_id.get((reached.object, reached.record))
        if not reached.sure or record is None:
            return False
        later = record.changed_at and reached.since and record.changed_at > reached.since
        return not later and bool(record.value_mask & reached.sure_mask & self.mask(category, reached.object))

    def _reading(self, reached: _Reached, category: str) -> str:
        """Say what one request did to one record."""
        record = self.by_id.get((reached.object, reached.record))
        shown = [
            f"{name} ({'a value' if record and record.value_mask >> bit & 1 else 'no value'} on file)"
            for owner, name, bit in self.fields(category)
            if owner == reached.object and reached.possible_mask >> bit & 1
        ]
        word = "surely" if reached.sure else "possibly"
        return (
            f"{reached.request} {word} returned {reached.object} {reached.record} ({reached.how}) with "
            f"{listed(shown)}{self._changed(record)}"
        )

    def _changed(self, record: _Record | None) -> str:
        """Say when a record was last changed, where that is after the first event of the intrusion."""
        begin = self.scope.intrusion.from_
        changed = stamp(record.changed_at) if record else None
        if changed is None or begin is None or changed <= begin:
            return ""
        return f", changed at {changed}, after the intrusion began"

    def _held(self, category: str) -> str:
        """Say in which fields the person has a value now."""
        held = [
            f"{record.object} {record.id} field {name}{self._changed(record)}"
            for record in self.records
            for owner, name, bit in self.fields(category)
            if owner == record.object and record.value_mask >> bit & 1
        ]
        if held:
            return f"a value on file in {listed(held, limit=_REASONS_SHOWN)}"
        late = [each.id for each in self.records if self._changed(each)]
        return f"no value on file now, and {listed(late)} changed since" if late else "no value on file now"

    def _not_held(self, category: str) -> str:
        if category in self.standing.datamap.not_held and not self.fields(category):
            return DECLARED
        return "no record of the person had a value while the intrusion lasted"

    def _cannot_tell(self, category: str) -> str:
        obstacles = [obstacle_words(each) for each in self.standing.proof.obstacles]
        named = listed(obstacles, limit=_REASONS_SHOWN, between="; ") or "an obstacle of the scope"
        return f"{self._held(category)}; {self._unreached(category)}, but this could hide a read: {named}"

    def _unreached(self, category: str) -> str:
        """Say why no request is known to have taken a value."""
        if not self.reached:
            return "no request reached a record of the person"
        if any(each.possible_mask & self.mask(category, each.object) for each in self.reached):
            return "no request that reached a record of the person showed a field with a value"
        return "no request that reached a record of the person selected such a field"

    def _requests(self) -> Iterator[Step]:
        """Yield each request that reached the person, with its rows."""
        by_request: dict[str, list[_Reached]] = {}
        for each in self.reached:
            by_request.setdefault(each.request, []).append(each)
        for id_ in list(by_request)[:SHOWN]:
            said = list(
                dict.fromkeys(
                    f"{'surely' if each.sure else 'possibly'} {each.object} {each.record} ({each.how})"
                    for each in by_request[id_]
                )
            )
            known = self.standing.requests.get(id_)
            if known:
                yield self.request_step(id_, f"{self.described(known)}: {listed(said, between='; ')}")
        if len(by_request) > SHOWN:
            yield Step(
                text=f"and {counted(len(by_request) - SHOWN, 'more request')} that may have reached them"
            )
