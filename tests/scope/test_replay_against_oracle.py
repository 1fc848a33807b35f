"""Replay by the real code against the independent oracle, on random courses of the world."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

import oracles
import strategies
from floodmark import engine, replay
from floodmark.engine import Connection, Engine
from floodmark.snapshot.tables import macros
from floodmark.worker import Worker
from replay_answers import Answer, aggregates, answer, decided, grade, replayed_case
from replay_cases import RULES, Rule
from replay_oracle import Asked, Reading
from replay_query import Aggregate, Children, text_of
from replay_strategies import Course, Told, courses, spoiled
from scope.judged import Judged
from scope.replayed import Bench, Said, asked_of, bench, snapshot
from scope.test_against_oracle import check_cells

SOAK = 2000
NOTHING = (frozenset[str](), frozenset[str]())


@pytest.fixture(scope="module")
def replaying() -> Iterator[Bench]:
    """One bench for all worlds."""
    with bench() as opened:
        yield opened


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """One engine for the scopes of all worlds."""
    with engine.memory(threads=1, limit_mb=500) as opened:
        yield opened


def counts_only(asked: Asked) -> bool:
    """Whether a query gives no records at all."""
    return aggregates(asked.query) and not any(
        isinstance(item, str) or (isinstance(item, Aggregate) and item.name in {"MIN", "MAX"})
        for item in asked.query.select
    )


def check_same(said: Said, asked: Asked, found: Answer) -> None:
    """One answer of the code is that of the oracle."""
    told = (text_of(asked.query), asked)
    assert said.answer.refused is None, told
    if counts_only(asked):
        # Nobody asks which records stand behind a number; none of them is sure.
        assert not any(sure for sure, _ in said.records.values()), told
        return
    records = found.records()
    assert {name: said.records.get(name, NOTHING) for name in records} == records, told
    if not aggregates(asked.query):
        assert said.answer.replayed_rows == found.replayed, told
    if grade(asked, found) == 2:
        assert said.answer.agrees, told


def check_course(replaying: Bench, course: Course) -> None:
    """Every answer of a course is that of the oracle."""
    case = [told.asked for told in course.told]
    for said, asked, found in zip(
        replaying.judged(course.store, case), case, replayed_case(course.store, case), strict=True
    ):
        check_same(said, asked, found)


@given(course=courses(5, 6))
@settings(max_examples=50)
def test_replay_says_what_the_oracle_says(replaying: Bench, course: Course) -> None:
    """Sure and possible records of every object, counts and readings are equal."""
    check_course(replaying, course)


@given(course=spoiled())
@settings(max_examples=50)
def test_replay_says_what_the_oracle_says_of_spoiled_tables(replaying: Bench, course: Course) -> None:
    """The same with rubbish, missing columns, missing times and missing parents."""
    check_course(replaying, course)


@pytest.mark.soak
@given(course=courses(6, 8))
@settings(max_examples=SOAK)
def test_replay_says_what_the_oracle_says_at_length(replaying: Bench, course: Course) -> None:
    """The same over thousands of new courses."""
    check_course(replaying, course)


@pytest.mark.soak
@given(course=spoiled())
@settings(max_examples=SOAK)
def test_replay_says_what_the_oracle_says_of_spoiled_tables_at_length(
    replaying: Bench, course: Course
) -> None:
    """The same over thousands of spoiled snapshots."""
    check_course(replaying, course)


# --- whole scopes -----------------------------------------------------------------------------------

_FIELDS = {"Contact": {"Email": "Email", "Name": "Name"}, "Case": {"Subject": "Description"}}
"""Columns of our courses, and the mapped fields of the scope oracle's worlds that they stand for."""


def shown(asked: Asked, role: str) -> frozenset[str]:
    """The mapped fields of the scope oracle that one role of a query shows."""
    query = asked.query
    own = {path.rpartition(".")[2] for path in query.select if isinstance(path, str) and "." not in path}
    if role.startswith("parent"):
        steps = role.removeprefix("parent ")
        own = {
            path.rpartition(".")[2]
            for path in query.select
            if isinstance(path, str) and path.rpartition(".")[0].lower() == steps
        }
    elif role.startswith("children"):
        inner = [item.query for item in query.select if isinstance(item, Children)]
        own = {path for each in inner for path in each.select if isinstance(path, str)}
    return frozenset(own)


def part(asked: Asked, name: str, role: str, records: tuple[frozenset[str], frozenset[str]]) -> oracles.Part:
    """One part of a request of the scope oracle."""
    fields = frozenset(_FIELDS[name][each] for each in shown(asked, role) if each in _FIELDS[name])
    return oracles.Part(name, *records, fields, fields)


def request(number: int, told: Told, found: Answer, said: Said | None) -> oracles.Request:
    """A request of the scope oracle, with the records of the real code where it has spoken."""
    asked = told.asked
    comes = [come for come in (found.rows, *found.others) if come.object in _FIELDS]
    parts: list[oracles.Part] = []
    for come in comes:
        records = come.sure, come.possible
        if said is not None and come is found.rows:
            records = said.records.get(come.object, NOTHING)
        parts.append(part(asked, come.object, come.role, records))
    counted = asked.whole and asked.matched is not None
    fewest, most = (asked.matched, asked.matched) if counted else (asked.fewest, asked.most)
    return oracles.Request(f"r{number}", asked.since, tuple(parts), fewest, most)


def scope_of(course: Course, told: list[Told], found: list[Answer], said: list[Said | None]) -> oracles.World:
    """The world of the scope oracle that a course leaves behind."""
    rows = {"Contact": course.store.rows["Contact"], "Lead": []}
    rows["Case"] = [{**row, "Description": row["Subject"]} for row in course.store.rows["Case"]]
    at = min(each.asked.since for each in told), max(each.asked.until for each in told) + timedelta(hours=1)
    requests = tuple(
        request(number, *three) for number, three in enumerate(zip(told, found, said, strict=True))
    )
    return oracles.World(strategies.OBJECTS, rows, requests, (), at)


def lost(told: list[Told], target: oracles.Target, world: oracles.World) -> int:
    """How many records were truly read, or how many people truly lost a value."""
    kind, which = target
    found: set[object] = set()
    owners = oracles.owners(world)
    for each in told:
        roles = [(each.asked.query.object, "rows", each.rows)]
        roles += [(come.object, come.role, come.possible) for come in each.along]
        for name, role, came in roles:
            if name not in _FIELDS:
                continue
            if kind == "records":
                found |= {(name, id_) for id_ in came if name == which}
                continue
            mapped = next(of for of in strategies.OBJECTS if of.name == name)
            columns = {
                column
                for column in shown(each.asked, role) & _FIELDS[name].keys()
                if kind == "people" or mapped.fields[_FIELDS[name][column]] == which
            }
            found |= {
                owners[name, id_] for id_ in came for column in columns if (name, id_, column) in each.values
            }
    return len(found)


def usable(course: Course, readings: tuple[Reading, ...]) -> list[tuple[int, Told]]:
    """The queries whose truth the scope oracle can count: rows of people, and no parent that moved since."""
    found: list[tuple[int, Told]] = []
    for place, told in enumerate(course.told):
        main = told.asked.query.object in _FIELDS and not aggregates(told.asked.query)
        answered = answer(course.store, told.asked, readings)
        possible = {(come.role, id_) for come in answered.others for id_ in come.possible}
        came = {(come.role, id_) for come in told.along for id_ in come.possible}
        if main and came <= possible:
            found.append((place, told))
    return found


def check_scope(course: Course, replaying: Bench | None, connection: Connection | None) -> None:
    """The truth lies inside the bounds; the real scope over the real replay says what the oracles say."""
    case = [told.asked for told in course.told]
    readings = decided(course.store, case)
    kept = usable(course, readings)
    if not kept:
        return
    told = [each for _, each in kept]
    found = [answer(course.store, each.asked, readings) for each in told]
    said: list[Said | None] = [None] * len(told)
    if replaying is not None:
        everything = replaying.judged(course.store, case)
        said = [everything[place] for place, _ in kept]
    world = scope_of(course, told, found, said)
    judged = Judged(Engine(connection), world) if connection is not None else None
    if judged is not None:
        check_cells(judged, world)
    for target in oracles.targets(world):
        if target[0] == "residence":
            continue
        truth = lost(told, target, world)
        bound = judged.bound(target) if judged is not None else oracles.bounds(world, target)
        assert bound.at_least <= truth <= bound.at_most, (target, bound, truth)


@given(course=courses(5, 3))
@settings(max_examples=60)
def test_the_truth_lies_inside_the_bounds(course: Course) -> None:
    """Replay and bounds of the two oracles together never leave the truth out."""
    check_scope(course, None, None)


@given(course=courses(5, 3))
@settings(max_examples=15)
def test_the_truth_lies_inside_the_bounds_of_the_code(
    replaying: Bench, connection: Connection, course: Course
) -> None:
    """The same for the scope of the code over the replay of the code."""
    check_scope(course, replaying, connection)


@pytest.mark.soak
@given(course=courses(6, 4))
@settings(max_examples=SOAK)
def test_the_truth_lies_inside_the_bounds_of_the_code_at_length(
    replaying: Bench, connection: Connection, course: Course
) -> None:
    """The same over thousands of new courses."""
    check_scope(course, replaying, connection)


# --- what is refused, and the real worker -------------------------------------------------------------

REFUSED = [
    "SELECT Id FROM Contact WHERE Name = 'x",
    "SELECT Id FROM Contact WHERE",
    "SELECT Id FROM Nothing__c",
    "SELECT TYPEOF What WHEN Account THEN Name END FROM Contact",
    "SELECT Id FROM Contact WHERE DISTANCE(Spot__c, GEOLOCATION(1, 2), 'km') < 5",
    "SELECT Id FROM Contact WITH DATA CATEGORY Geography__c AT asia__c",
    "SELECT Id FROM Contact WHERE Birthdate = THIS_FISCAL_YEAR",
    "SELECT Id FROM Contact WHERE Age__c = 'five'",
    "SELECT Id FROM Contact WHERE Active__c = 5",
    "SELECT Id FROM Contact WHERE Age__c > USD5",
    "SELECT Id FROM Contact WHERE toLabel(Name) = 'x'",
    "DROP TABLE Contact",
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_query_that_cannot_be_replayed(replaying: Bench, text: str) -> None:
    """It is refused with a reason, and its neighbour is answered all the same."""
    store, asked = Rule("plain", RULES[0].rows, RULES[0].query, "", "").world()
    bad = replace(asked_of(asked), text=text)
    refused, answered = replaying.judged(store, [bad, asked])
    assert refused.answer.refused
    assert not refused.records
    assert answered.answer.refused is None


@given(course=courses(5, 3))
@settings(max_examples=8)
def test_the_order_of_queries_changes_nothing(replaying: Bench, course: Course) -> None:
    """A case read from its end gives the same answers."""
    case = [told.asked for told in course.told]
    forth = [(said.records, said.answer.replayed_rows) for said in replaying.judged(course.store, case)]
    back = [(said.records, said.answer.replayed_rows) for said in replaying.judged(course.store, case[::-1])]
    assert forth == back[::-1]


@pytest.mark.slow
def test_the_worker_says_what_this_process_says(replaying: Bench) -> None:
    """The same statements in a process of its own, with the macros of the snapshot."""
    for rule in RULES[::40]:
        store, asked = rule.world()
        (here,) = replaying.judged(store, [asked])
        with tempfile.TemporaryDirectory() as name, engine.memory(threads=1, limit_mb=500) as holding:
            out = Path(name) / "out"
            out.mkdir()
            source = snapshot(holding, store, Path(name))
            with Worker(macros(), folder=out, readable=list(source.files.values()), limits=None) as worker:
                found = replay.replay(
                    source, [asked_of(asked)], runner=worker, timezone=store.zone, folder=out
                )
        there = found.answers[0]
        assert (there.sure, there.possible) == (here.answer.sure, here.answer.possible)
