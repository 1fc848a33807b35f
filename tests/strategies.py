"""Tiny worlds for property tests: a snapshot, a data map, requests and obstacles that fit together.

Everything drawn is consistent: a request names only records that existed at its time, its row
counts leave room for its sure records, and its time lies inside the window.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from oracles import Mapped, Obstacle, Part, Request, Row, World, held, time_of

START = datetime(2025, 6, 28, tzinfo=UTC)
END = datetime(2025, 6, 30, tzinfo=UTC)
WINDOW = (START, END)

CONTACT = Mapped(
    name="Contact",
    id="Id",
    fields={"Name": "name", "Email": "email", "Phone": "phone", "Birthdate": "date_of_birth"},
    keys=(("Email",), ("Phone", "Birthdate")),
    residence=("MailingCountry",),
    created="CreatedDate",
    changed="SystemModstamp",
)
LEAD = Mapped(
    name="Lead",
    id="Id",
    fields={"EmailAddress": "email", "Mobile": "phone"},
    keys=(("EmailAddress",),),
    residence=("Country",),
    created="CreatedDate",
    changed="SystemModstamp",
)
CASE = Mapped(
    name="Case",
    id="Id",
    fields={"Description": "free_text", "SuppliedEmail": "email"},
    via="ContactId",
    via_object="Contact",
    created="CreatedDate",
    changed="SystemModstamp",
)
OBJECTS = (CONTACT, LEAD, CASE)
PREFIX = {"Contact": "003", "Lead": "00Q", "Case": "500"}

EMAILS = ("ana@mail.example", "jos\u00e9@mail.example", "stra\u00dfe@mail.example")
PHONES = ("+61 400 000 001", "+61 400 000 002")
BIRTHDATES = ("1980-02-29", "1991-12-31")
BLANK = (None, "", "  ", "\t")
TIMES = tuple(START + timedelta(hours=hours) for hours in (-9000, -1, 0, 6, 12, 18, 24, 30, 36, 42, 48, 49))
INSIDE = tuple(moment for moment in TIMES if START <= moment <= END)


def written(moment: datetime) -> str:
    """A time as the platform writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def disguises(value: str) -> st.SearchStrategy[str]:
    """The same key value in other clothes: letter case, blanks around it, composed or not."""
    return st.sampled_from(
        (
            value,
            value.upper(),
            value.title(),
            f"  {value} ",
            f"\u00a0{value}\t",
            unicodedata.normalize("NFD", value),
            unicodedata.normalize("NFD", value.upper()),
        )
    )


def values(pool: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    """A value of the pool in some clothes, or none in one of its forms."""
    some = st.sampled_from(pool).flatmap(disguises)
    return st.one_of(some, some, st.sampled_from(BLANK))


@st.composite
def contents(draw: st.DrawFn, mapped: Mapped, id_: str, contacts: tuple[str, ...]) -> Row:
    """One record of an object; `contacts` are the ids that a `via` may point to."""
    # Most records are old and unchanged, or the sure and the exact would hardly ever be met.
    created = draw(st.sampled_from((*[TIMES[0]] * 20, *TIMES, None)))
    later = [moment for moment in TIMES if created is None or moment >= created]
    changed = draw(st.sampled_from((*[created] * 15, *later)))
    row: Row = {
        "Id": id_,
        "CreatedDate": written(created) if created else None,
        "SystemModstamp": written(changed) if changed else None,
    }
    for field, category in mapped.fields.items():
        pools = {"email": EMAILS, "phone": PHONES, "date_of_birth": BIRTHDATES}
        row[field] = draw(values(pools.get(category, ("text", "other text"))))
    for field in mapped.residence:
        row[field] = draw(st.sampled_from(("AU", "NZ", "AU", None, "")))
    if mapped.via:
        row[mapped.via] = draw(st.sampled_from((*contacts, *contacts, "003900000000000AAA", None)))
    return row


@st.composite
def tables(draw: st.DrawFn, max_records: int) -> dict[str, list[Row]]:
    """Between two and `max_records` records over the three objects."""
    names = [
        draw(st.sampled_from(("Contact", "Contact", "Contact", "Lead", "Case")))
        for _ in range(draw(st.integers(2, max_records)))
    ]
    ids = [f"{PREFIX[name]}{place:012d}AAA" for place, name in enumerate(names)]
    contacts = tuple(id_ for name, id_ in zip(names, ids, strict=True) if name == "Contact")
    rows: dict[str, list[Row]] = {mapped.name: [] for mapped in OBJECTS}
    for name, id_ in zip(names, ids, strict=True):
        mapped = next(one for one in OBJECTS if one.name == name)
        rows[name].append(draw(contents(mapped, id_, contacts)))
    return rows


def alive(rows: list[Row], moment: datetime) -> list[str]:
    """Ids of the records that existed at a time; one without a creation time always did."""
    found: list[str] = []
    for row in rows:
        created = time_of(row, "CreatedDate")
        if created is None or created <= moment:
            found.append(held(row, "Id") or "")
    return found


@st.composite
def field_sets(draw: st.DrawFn, mapped: Mapped) -> tuple[frozenset[str], frozenset[str]]:
    """Sure and possible fields of one part."""
    possible = draw(st.one_of(st.just(frozenset(mapped.fields)), some_of(sorted(mapped.fields))))
    return draw(st.one_of(st.just(possible), some_of(sorted(possible)))), possible


@st.composite
def some_of(draw: st.DrawFn, names: list[str]) -> frozenset[str]:
    """Any subset of the names, large ones as likely as small ones."""
    return frozenset(name for name in names if draw(st.booleans()))


KINDS = (
    "replayed",
    "replayed",
    "replayed",
    "ids_complete",
    "ids_incomplete",
    "ids_incomplete",
    "page_view",
    "object_only",
    "object_only",
    "blocked",
)


@st.composite
def requests(draw: st.DrawFn, rows: dict[str, list[Row]], id_: str) -> Request:
    """One request of one of the kinds that the logs show."""
    kind = draw(st.sampled_from(KINDS))
    at = draw(st.sampled_from(INSIDE))
    filled = [mapped for mapped in OBJECTS if alive(rows[mapped.name], at)]
    mapped = draw(st.sampled_from((*filled[:1] * 3, *(filled or OBJECTS))))
    living = alive(rows[mapped.name], at)
    sure_fields, fields = draw(field_sets(mapped))
    nothing = frozenset[str]()
    everything = frozenset(mapped.fields)
    sure = possible = nothing
    n_min: int | None = 0
    n_max: int | None = 0
    match kind:
        case "ids_complete":
            sure = possible = draw(some_of(living))
            # The log may name a record that was deleted before the snapshot was made.
            if draw(st.integers(0, 9)) == 0:
                sure = possible = sure | {f"{PREFIX[mapped.name]}800000000000AAA"}
            n_min = n_max = len(sure)
        case "ids_incomplete":
            possible = frozenset(living)
            sure = draw(some_of(living))
            n_min = n_max = draw(st.integers(len(sure), len(possible)))
        case "replayed":
            possible = draw(some_of(living))
            sure = draw(some_of(sorted(possible)))
            n_min = draw(st.integers(len(sure), len(possible)))
            n_max = draw(st.integers(n_min, len(possible)))
        case "page_view":
            sure = possible = frozenset([draw(st.sampled_from(living))]) if living else nothing
            sure_fields, fields = sure_fields & {"Name"}, everything
            n_min = n_max = len(sure)
        case "object_only":
            possible = frozenset(living)
            sure_fields, fields = nothing, everything
            n_min = n_max = draw(st.sampled_from((None, None, *range(len(possible) + 1))))
        case _:
            sure_fields = fields = nothing
    first = Part(mapped.name, sure, possible, sure_fields, fields)
    further = draw(child_parts(rows, at)) if kind == "replayed" and mapped is CONTACT else ()
    return Request(id_, at, (first, *further), n_min, n_max)


@st.composite
def child_parts(draw: st.DrawFn, rows: dict[str, list[Row]], at: datetime) -> tuple[Part, ...]:
    """None, or the nested child rows that a query on contacts brought along."""
    if not draw(st.booleans()):
        return ()
    possible = draw(some_of(alive(rows["Case"], at)))
    sure = draw(some_of(sorted(possible)))
    return (Part("Case", sure, possible, *draw(field_sets(CASE))),)


OBSTACLES = st.builds(
    Obstacle,
    kind=st.sampled_from(("gap", "grade_5", "rows_beyond_replay", "quarantined_row")),
    rows=st.sampled_from((None, 0, 1, 2)),
)


@st.composite
def worlds(draw: st.DrawFn, max_records: int = 6, max_requests: int = 3) -> World:
    """A tiny world: 2 to `max_records` records, 1 to `max_requests` requests, up to two obstacles."""
    rows = draw(tables(max_records))
    count = draw(st.integers(1, max_requests))
    return World(
        objects=OBJECTS,
        rows=rows,
        requests=tuple(draw(requests(rows, f"r{place}")) for place in range(count)),
        obstacles=tuple(draw(st.one_of(st.just([]), st.lists(OBSTACLES, max_size=2)))),
        window=WINDOW,
        not_held=draw(st.sampled_from(((), ("passport",), ("passport", "payment_card")))),
    )


@st.composite
def crowded_worlds(draw: st.DrawFn, max_records: int = 6, max_requests: int = 4) -> World:
    """Old contacts, some of them duplicates, and counted requests that overlap: hard for bounds."""
    old = written(TIMES[0])
    rows: list[Row] = []
    for place in range(draw(st.integers(3, max_records))):
        row: Row = {"Id": f"{PREFIX['Contact']}{place:012d}AAA", "CreatedDate": old, "SystemModstamp": old}
        row["Email"] = f"{draw(st.integers(0, max_records))}@mail.example"
        row["Birthdate"] = draw(st.sampled_from((BIRTHDATES[0], BIRTHDATES[0], None)))
        rows.append(row)
    ids = alive(rows, START)
    acts: list[Request] = []
    for place in range(draw(st.integers(2, max_requests))):
        possible = draw(some_of(ids))
        sure = frozenset(name for name in sorted(possible) if draw(st.integers(0, 4)) == 0)
        low = draw(st.integers(len(sure), len(possible)))
        high = draw(st.integers(low, len(possible)))
        fields = draw(st.sampled_from((("Email",), ("Email", "Birthdate"), ("Birthdate",))))
        maybe = frozenset({*fields, *draw(st.sampled_from(((), ("Email",), ("Birthdate",))))})
        part = Part("Contact", sure, possible, frozenset(fields), maybe)
        acts.append(Request(f"r{place}", draw(st.sampled_from(INSIDE)), (part,), low, high))
    return World(OBJECTS, {"Contact": rows, "Lead": [], "Case": []}, tuple(acts), (), WINDOW)


@dataclass(frozen=True)
class Narrowing:
    """A world, and the same world with one request known better."""

    wide: World
    narrow: World
    how: str


def narrower(request: Request) -> list[tuple[str, Request]]:
    """Every way to know one request one step better that still fits its counts."""
    first, found = request.parts[0], list[tuple[str, Request]]()
    low = max(request.n_min or 0, len(first.sure))
    high = len(first.possible) if request.n_max is None else request.n_max
    if low < high:
        found.append(("closer delivered, from below", replace(request, n_min=low + 1)))
        found.append(("closer delivered, from above", replace(request, n_max=high - 1)))
    for place, part in enumerate(request.parts):

        def known(name: str, place: int = place, **changes: frozenset[str]) -> tuple[str, Request]:
            better = replace(request.parts[place], **changes)
            parts = (*request.parts[:place], better, *request.parts[place + 1 :])
            return name, replace(request, parts=parts)

        for name in sorted(part.possible - part.sure):
            if place > 0 or len(part.sure) < high:
                found.append(known("record sure", sure=part.sure | {name}))
            if place > 0 or len(part.possible) > low:
                found.append(known("record excluded", possible=part.possible - {name}))
        for field in sorted(part.possible_fields - part.sure_fields):
            found.append(known("field sure", sure_fields=part.sure_fields | {field}))
            found.append(known("field excluded", possible_fields=part.possible_fields - {field}))
    return found


@st.composite
def narrowings(draw: st.DrawFn, max_records: int = 6, max_requests: int = 3) -> Narrowing:
    """A world and one that knows more; the two are equal where nothing is left to know."""
    world = draw(st.one_of(worlds(max_records, max_requests), crowded_worlds(max_records, max_requests)))
    place = draw(st.integers(0, len(world.requests) - 1))
    ways = narrower(world.requests[place])
    if not ways:
        return Narrowing(world, world, "nothing left to know")
    how, request = draw(st.sampled_from(ways))
    changed = (*world.requests[:place], request, *world.requests[place + 1 :])
    return Narrowing(world, replace(world, requests=changed), how)
