"""The oracle against cases worked out by hand, and against the laws of the design."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles import (
    LARGEST,
    OUTCOMES,
    Bound,
    Mapped,
    Obstacle,
    Part,
    Request,
    Row,
    Target,
    World,
    bounds,
    cells,
    checks,
    combinations,
    outcomes,
    people,
    records,
    residence,
    targets,
    tight,
    unkeyed,
    without_value,
)
from strategies import (
    CASE,
    CONTACT,
    END,
    LEAD,
    OBJECTS,
    OBSTACLES,
    START,
    WINDOW,
    Narrowing,
    crowded_worlds,
    narrowings,
    requests,
    worlds,
    written,
)

AT = START + timedelta(hours=12)
PEOPLE: Target = ("people", None)
EMAIL: Target = ("category", "email")
BIRTH: Target = ("category", "date_of_birth")
CONTACTS: Target = ("records", "Contact")


def contact(id_: str, email: str | None = None, **fields: str | None) -> Row:
    """A contact made and last changed long before the window."""
    old = written(START - timedelta(days=400))
    return {"Id": id_, "CreatedDate": old, "SystemModstamp": old, "Email": email, **fields}


def contacts(letters: str) -> list[Row]:
    """One contact per letter, each a person with an address and a birth date of their own."""
    return [contact(one, f"{one}@mail.example", Birthdate="1990-01-01") for one in letters]


def read(
    possible: str,
    n: int | None,
    *,
    sure: str = "",
    fields: str = "Email",
    maybe: str = "",
    id_: str = "r",
    n_max: int | None = None,
) -> Request:
    """A request on contacts named by letters; n rows, or n to n_max."""
    sure_fields = frozenset(fields.split())
    part = Part(
        "Contact", frozenset(sure), frozenset(possible + sure), sure_fields, sure_fields | {*maybe.split()}
    )
    return Request(id_, AT, (part,), n, n if n_max is None else n_max)


def world(rows: list[Row], *acts: Request, obstacles: tuple[Obstacle, ...] = ()) -> World:
    """A world of contacts only."""
    return World(OBJECTS, {"Contact": rows}, acts, obstacles, WINDOW)


def said(case: World, category: str) -> list[str]:
    """The outcomes of a category, in the order of the people."""
    found = outcomes(case)
    return [found[person][category] for person in people(case)]


def both(case: World, target: Target) -> Bound:
    """The bound by the rules, where it is the tightest there is."""
    found = bounds(case, target)
    assert found == tight(case, target)
    return found


# --- people, by hand ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana@mail.example", "ANA@Mail.Example"),
        ("ana@mail.example", "  ana@mail.example\t"),
        ("jos\u00e9@mail.example", "jose\u0301@mail.example"),
        ("stra\u00dfe@mail.example", "STRASSE@mail.example"),
        ("ana@mail.example", "\u00a0ana@mail.example"),
    ],
)
def test_same_key_in_other_clothes(one: str, other: str) -> None:
    """Keys are compared composed, trimmed and case-folded."""
    assert len(people(world([contact("a", one), contact("b", other)]))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("ana@mail.example", "an.a@mail.example"), ("jose@mail.example", "jos\u00e9@mail.example")],
)
def test_nothing_else_is_done_to_a_key(one: str, other: str) -> None:
    """Dots and accents tell people apart."""
    assert len(people(world([contact("a", one), contact("b", other)]))) == 2


def test_a_key_of_two_fields_needs_both() -> None:
    """Inner lists are AND: a phone number alone joins nobody."""
    same = {"Phone": "1", "Birthdate": "1980-01-01"}
    rows = [contact("a", **same), contact("b", **same), contact("c", Phone="1")]
    assert people(world(rows)) == [
        frozenset({("Contact", "a"), ("Contact", "b")}),
        frozenset({("Contact", "c")}),
    ]
    assert unkeyed(world(rows)) == {("Contact", "c")}


def test_keys_chain() -> None:
    """Outer lists are OR, and joining is transitive: a meets b by address, b meets c by phone."""
    tied = {"Phone": "1", "Birthdate": "1980-01-01"}
    rows = [contact("a", "x@mail.example"), contact("b", "x@mail.example", **tied), contact("c", **tied)]
    assert len(people(world(rows))) == 1


def test_blank_keys_join_nobody() -> None:
    """A record with no usable key is a person of its own, and counted as unkeyed."""
    case = world([contact("a", ""), contact("b", "  "), contact("c")])
    assert len(people(case)) == len(unkeyed(case)) == 3


def test_keys_meet_across_objects_by_meaning() -> None:
    """A contact and a lead with one address are one person, whatever their fields are called."""
    case = world([contact("a", "x@mail.example")])
    lead: Row = {"Id": "l", "EmailAddress": "X@mail.example"}
    case = replace(case, rows={**case.rows, "Lead": [lead]})
    assert people(case) == [frozenset({("Contact", "a"), ("Lead", "l")})]


def test_unmapped_key_fields_meet_by_name() -> None:
    """A key field without a category counts under its own lower-cased name."""
    one = Mapped("One", "Id", {}, keys=(("Number__c",),))
    two = Mapped("Two", "Id", {}, keys=(("NUMBER__C",),))
    rows: dict[str, list[Row]] = {
        "One": [{"Id": "a", "Number__c": "7"}],
        "Two": [{"Id": "b", "NUMBER__C": "7"}],
    }
    assert len(people(World((one, two), rows, (), (), WINDOW))) == 1


def test_keys_of_another_meaning_never_meet() -> None:
    """Equal values join only where the whole key means the same."""
    one = Mapped("One", "Id", {"A": "phone", "B": "date_of_birth"}, keys=(("A", "B"),))
    two = Mapped("Two", "Id", {"A": "phone", "B": "postcode"}, keys=(("A", "B"),))
    rows: dict[str, list[Row]] = {
        "One": [{"Id": "a", "A": "1", "B": "2000"}],
        "Two": [{"Id": "b", "A": "1", "B": "2000"}],
    }
    assert len(people(World((one, two), rows, (), (), WINDOW))) == 2


def test_via_leads_to_a_person_or_nowhere() -> None:
    """A child belongs to the person it points to; an empty or dangling pointer makes its own."""
    children: list[Row] = [{"Id": "1", "ContactId": "a"}, {"Id": "2"}, {"Id": "3", "ContactId": "gone"}]
    case = replace(world(contacts("a")), rows={"Contact": contacts("a"), "Case": children})
    assert [len(person) for person in people(case)] == [2, 1, 1]
    assert unkeyed(case) == {("Case", "2"), ("Case", "3")}


def test_parent_tables_bear_no_people() -> None:
    """A table with neither person nor mapped field is there for paths only."""
    account = Mapped("Account", "Id", {})
    assert people(World((account,), {"Account": [{"Id": "x"}]}, (), (), WINDOW)) == []


# --- cells and outcomes, by hand --------------------------------------------------------------


def test_a_value_is_taken_only_where_there_is_one() -> None:
    """A query that selects addresses takes them from those who had one."""
    case = world([contact("a", "a@mail.example"), contact("b", " ")], read("", 2, sure="ab"))
    assert said(case, "email") == ["taken", "not_held"]
    assert without_value(case) == {frozenset({("Contact", "b")})}
    assert both(case, PEOPLE) == Bound(1, 1)
    assert both(case, CONTACTS) == Bound(2, 2)


def test_a_later_change_leaves_the_value_open() -> None:
    """Changed since: a value now, and none now, are both possible only."""
    later = {"SystemModstamp": written(AT + timedelta(hours=1))}
    rows = [contact("a", "a@mail.example", **later), contact("b", None, **later)]
    sure, possible = cells(world(rows, read("", 2, sure="ab")))
    assert sure == set()
    assert possible == {("Contact", "a", "Email"), ("Contact", "b", "Email")}


def test_a_change_in_the_second_of_the_read_may_be_later() -> None:
    """Stamps have no fractions: only a change in an earlier second leaves the value sure."""
    rows = [contact("a", "a@mail.example", SystemModstamp=written(AT))]
    assert said(world(rows, read("", 1, sure="a")), "email") == ["possibly_taken"]
    rows = [contact("a", "a@mail.example", SystemModstamp=written(AT - timedelta(seconds=1)))]
    assert said(world(rows, read("", 1, sure="a")), "email") == ["taken"]


def test_two_halves_do_not_make_a_sure_cell() -> None:
    """One request has the record sure, another the field: the cell stays possible."""
    acts = (
        read("", 1, sure="a", fields="", maybe="Email", id_="r0"),
        read("a", None, fields="Email", id_="r1"),
    )
    assert said(world(contacts("a"), *acts), "email") == ["possibly_taken"]


def test_not_held_looks_at_the_whole_window() -> None:
    """No value at any time inside the window: a later record had none, a changed one may have."""
    inside, after = written(START + timedelta(hours=1)), written(END + timedelta(hours=1))
    rows = [
        contact("a", None),
        contact("b", None, SystemModstamp=inside),
        contact("c", "c@mail.example", CreatedDate=after, SystemModstamp=after),
        contact("d", "d@mail.example"),
    ]
    assert said(world(rows), "email") == ["not_held", "not_taken", "not_held", "not_taken"]


def test_an_obstacle_reaches_only_what_was_there() -> None:
    """cannot_tell comes after taken, possible and not held; an obstacle of no rows hides nothing."""
    rows = [*contacts("abc"), contact("d")]
    acts = (read("b", 1, sure="a", n_max=2),)
    gap, empty = Obstacle("gap", None), Obstacle("rows_beyond_replay", 0)
    assert said(world(rows, *acts, obstacles=(gap,)), "email") == [
        "taken",
        "possibly_taken",
        "cannot_tell",
        "not_held",
    ]
    assert said(world(rows, *acts, obstacles=(empty,)), "email")[2] == "not_taken"


def test_declared_categories_have_a_row() -> None:
    """What the platform has no field for is not held, by everybody."""
    case = replace(world(contacts("ab"), read("", 2, sure="ab")), not_held=("passport",))
    assert said(case, "passport") == ["not_held", "not_held"]


def test_ids_that_the_snapshot_lacks() -> None:
    """A deleted record was read and is counted, but belongs to nobody here."""
    case = world(contacts("a"), read("", 2, sure="az"))
    assert said(case, "email") == ["taken"]
    assert both(case, CONTACTS) == Bound(2, 2)
    assert both(case, PEOPLE) == Bound(1, 1)


def test_combinations_and_residence() -> None:
    """Combinations cover those with anything taken; a person with two countries is in both rows."""
    rows = [
        contact("a", "x@mail.example", MailingCountry="AU"),
        contact("b", "X@mail.example", MailingCountry="NZ"),
        contact("c", "c@mail.example"),
        contact("d", "d@mail.example", MailingCountry="NZ"),
    ]
    case = world(rows, read("c", None, sure="a"))
    assert combinations(case) == {(("email",), ()): 1, ((), ("email",)): 1}
    assert residence(case) == {"AU": Bound(1, 1), "NZ": Bound(1, 1), None: Bound(0, 1)}


# --- bounds, by hand --------------------------------------------------------------------------


def test_rows_beyond_the_sure_ones() -> None:
    """Three of five left, one is known: two more for certain, and no more than two."""
    assert both(world(contacts("abcde"), read("bcde", 3, sure="a")), CONTACTS) == Bound(3, 3)


def test_rows_that_another_request_explains() -> None:
    """Two of three rows may be records that another request surely took."""
    acts = (read("", 2, sure="ab", id_="r0"), read("abc", 2, id_="r1"))
    assert both(world(contacts("abc"), *acts), CONTACTS) == Bound(2, 3)


def test_candidates_without_a_value_fill_first() -> None:
    """Four candidates, two without an address, three rows: one address at least, two at most."""
    rows = [*contacts("ab"), contact("c"), contact("d")]
    assert both(world(rows, read("abcd", 3)), EMAIL) == Bound(1, 2)


def test_fewest_people_own_the_rows() -> None:
    """Five rows of six; one person owns three, so three people at least and four at most."""
    rows = [*contacts("abc"), *(contact(one, "x@mail.example") for one in "def")]
    assert both(world(rows, read("abcdef", 5)), PEOPLE) == Bound(3, 4)


def test_an_open_value_fills_rows_without_a_loss() -> None:
    """The one row may be the duplicate that changed since, and that may have been empty then."""
    later = written(AT + timedelta(hours=1))
    rows = [contact("a", "x@mail.example"), contact("b", "x@mail.example", SystemModstamp=later)]
    assert both(world(rows, read("ab", 1)), PEOPLE) == Bound(0, 1)
    assert both(world(rows, read("ab", 2)), PEOPLE) == Bound(1, 1)


def test_unknown_counts_force_nothing() -> None:
    """Object known, records and count not: none at least, all at most."""
    assert both(world(contacts("abc"), read("abc", None)), PEOPLE) == Bound(0, 3)


def test_blocked_takes_nothing() -> None:
    """A request that delivered nothing moves no bound."""
    assert both(world(contacts("abc"), read("", 0)), PEOPLE) == Bound(0, 0)


def test_counted_and_uncounted_obstacles() -> None:
    """A known row count adds to the upper end; without one it is all who held the category."""
    rows = [*contacts("abcd"), contact("e")]
    act = read("", 1, sure="a")
    assert both(world(rows, act, obstacles=(Obstacle("gap", 2),)), EMAIL) == Bound(1, 3)
    assert both(world(rows, act, obstacles=(Obstacle("gap", None),)), EMAIL) == Bound(1, 4)
    assert both(world(rows, act, obstacles=(Obstacle("gap", None),)), CONTACTS) == Bound(1, 5)


def test_records_born_after_the_window_are_out_of_reach() -> None:
    """An uncounted obstacle reaches all records that existed, and no later one."""
    rows = [*contacts("a"), contact("b", CreatedDate=written(END + timedelta(hours=1)))]
    assert both(world(rows, obstacles=(Obstacle("gap", None),)), CONTACTS) == Bound(0, 1)


def test_child_rows_have_no_count_of_their_own() -> None:
    """Delivered rows count the first object only; nested rows are free."""
    cases: list[Row] = [{"Id": one, "Description": "text"} for one in "12"]
    nested = Part("Case", frozenset("1"), frozenset("12"), *[frozenset({"Description"})] * 2)
    act = replace(read("", 1, sure="a"), parts=(read("", 1, sure="a").parts[0], nested))
    case = replace(world([], act), rows={"Contact": contacts("a"), "Case": cases})
    assert both(case, ("category", "free_text")) == Bound(1, 2)
    assert both(case, ("records", "Case")) == Bound(1, 2)


# --- where the letter of the rules needs care -------------------------------------------------


def test_a_sure_record_with_an_open_field_can_add_a_person() -> None:
    """Rows minus sure records leaves no row over, and yet the address may have gone.

    The formula min(n' - s, candidates) alone would say 0 at most.
    """
    act = read("", 1, sure="a", fields="", maybe="Email")
    assert both(world(contacts("a"), act), EMAIL) == Bound(0, 1)


def test_a_sure_record_is_not_yet_a_counted_person() -> None:
    """For a category, set aside people counted for it, not records known from another request.

    The name of a was read for certain; its address only by the second request, if at all.
    """
    rows = [contact("a", "a@mail.example", Name="A"), *contacts("b")]
    acts = (read("", 1, sure="a", fields="Name", id_="r0"), read("ab", 1, id_="r1"))
    assert both(world(rows, *acts), EMAIL) == Bound(1, 1)
    assert both(world(rows[:1], acts[0], read("a", 0, n_max=1, id_="r1")), EMAIL) == Bound(0, 1)


def test_requests_overlap_by_person_not_by_record() -> None:
    """Two requests took one of two duplicates each: disjoint records, one person."""
    rows = [contact("a", "x@mail.example"), contact("b", "X@mail.example")]
    acts = (read("a", 0, n_max=1, id_="r0"), read("b", 0, n_max=1, id_="r1"))
    assert both(world(rows, *acts), PEOPLE) == Bound(0, 1)
    forced = (read("ac", 1, id_="r0"), read("bc", 1, id_="r1"))
    assert both(world([*rows, *contacts("c")], *forced), PEOPLE) == Bound(1, 2)


def test_a_bridge_between_two_groups_lowers_nothing() -> None:
    """One request per pair proves two; a third that overlaps both must not make it one.

    The largest bound of each overlapping group would fall from 2 to 1 here.
    """
    apart = (read("ab", 1, id_="r0"), read("cd", 1, id_="r1"))
    bridge = read("bc", 1, id_="r2")
    assert both(world(contacts("abcd"), *apart), PEOPLE).at_least == 2
    assert both(world(contacts("abcd"), *apart, bridge), PEOPLE) == Bound(2, 3)


def test_any_value_is_never_less_than_one_category() -> None:
    """Three requests share y, who has no birth date: three people lost one, so three lost something.

    By overlapping groups the people would be 2 at least while the birth dates are 3 at least.
    """
    rows = [*contacts("abc"), contact("y", "y@mail.example")]
    acts = [read(f"{one}y", 2, fields="Email Birthdate", id_=f"r{one}") for one in "abc"]
    assert both(world(rows, *acts), BIRTH) == Bound(3, 3)
    assert both(world(rows, *acts), PEOPLE) == Bound(4, 4)


def test_union_and_sum_are_two_of_many_splits() -> None:
    """One row of {a, b, c}, and d three times: united 4, summed 4, yet 2 at most."""
    acts = [read("abc", 1, id_="r0"), *(read("d", 0, n_max=1, id_=f"d{place}") for place in range(3))]
    assert both(world(contacts("abcd"), *acts), PEOPLE) == Bound(1, 2)


def test_more_rows_than_candidates_force_none_of_them() -> None:
    """Three rows left, two candidates are known: deleted records may have filled all three."""
    assert both(world(contacts("ab"), read("ab", 3)), PEOPLE) == Bound(0, 2)


def test_the_lower_end_is_not_always_tight() -> None:
    """One of each pair of three: two people at least in truth, one by sharing out: relaxed."""
    case = world(contacts("abc"), *(read(pair, 1, id_=pair) for pair in ("ab", "bc", "ac")))
    assert bounds(case, PEOPLE) == Bound(1, 3)
    assert tight(case, PEOPLE) == Bound(2, 3)


def test_large_worlds_are_refused() -> None:
    """Enumeration is for tiny worlds."""
    with pytest.raises(ValueError, match="too many records"):
        tight(world(contacts("abcdefghijklmnop"[: LARGEST + 1])), PEOPLE)


# --- laws -------------------------------------------------------------------------------------


@given(st.one_of(worlds(), crowded_worlds()))
def test_bounds_contain_the_truth(case: World) -> None:
    """The rules never exclude a world that fits the evidence, and their upper end is the tightest."""
    for target in targets(case):
        found, truth = bounds(case, target), tight(case, target)
        assert found.contains(truth), target
        assert found.at_most == truth.at_most, target


@given(worlds(max_requests=1))
def test_one_request_is_exact(case: World) -> None:
    """With a single request both ends are the tightest."""
    for target in targets(case):
        assert bounds(case, target) == tight(case, target), target


@given(narrowings())
def test_narrowing_never_widens(pair: Narrowing) -> None:
    """More sure, fewer possible, closer delivered: the new interval lies inside the old one."""
    for target in targets(pair.wide):
        assert bounds(pair.wide, target).contains(bounds(pair.narrow, target)), (target, pair.how)


@given(worlds(), st.lists(OBSTACLES, min_size=1, max_size=2))
def test_closing_an_obstacle_never_widens(case: World, obstacles: list[Obstacle]) -> None:
    """An obstacle that goes away only lowers the upper end."""
    hindered = replace(case, obstacles=(*case.obstacles, *obstacles))
    for target in targets(case):
        assert bounds(hindered, target).contains(bounds(case, target)), target


@given(st.data(), st.one_of(worlds(max_requests=2), crowded_worlds(max_requests=3)))
def test_a_new_request_never_lowers_at_least(data: st.DataObject, case: World) -> None:
    """What was proven stays proven."""
    new = data.draw(requests(case.rows, "new"))
    more = replace(case, requests=(*case.requests, new))
    for target in targets(case):
        assert bounds(more, target).at_least >= bounds(case, target).at_least, target


@given(st.data(), worlds())
def test_order_is_irrelevant(data: st.DataObject, case: World) -> None:
    """The order of requests, rows, objects and obstacles changes nothing."""
    shuffled = World(
        objects=tuple(data.draw(st.permutations(case.objects))),
        rows={name: data.draw(st.permutations(rows)) for name, rows in case.rows.items()},
        requests=tuple(data.draw(st.permutations(case.requests))),
        obstacles=case.obstacles[::-1],
        window=case.window,
        not_held=case.not_held[::-1],
    )
    assert outcomes(shuffled) == outcomes(case)
    assert people(shuffled) == people(case)
    for target in targets(case):
        assert bounds(shuffled, target) == bounds(case, target), target


@given(worlds())
def test_a_request_seen_twice_changes_no_cell(case: World) -> None:
    """A retry that reads the same records again takes nothing new for certain."""
    twice = replace(case, requests=(*case.requests, *case.requests))
    assert cells(twice) == cells(case)
    assert outcomes(twice) == outcomes(case)


@given(st.one_of(worlds(), crowded_worlds()))
def test_a_union_never_exceeds_the_sum(case: World) -> None:
    """All requests together lose at most the sum of each alone; any value at most the sum of categories."""
    clear = replace(case, obstacles=())
    for target in targets(clear):
        alone = [bounds(replace(clear, requests=(one,)), target).at_most for one in clear.requests]
        assert max(alone) <= bounds(clear, target).at_most <= sum(alone), target
    each = [bounds(clear, target).at_most for target in targets(clear) if target[0] == "category"]
    assert bounds(clear, PEOPLE).at_most <= sum(each)


@given(worlds())
def test_outcomes_partition_the_people(case: World) -> None:
    """Each person has one outcome per category, and each record one person."""
    everybody = people(case)
    assert sum(len(person) for person in everybody) == len(records(case))
    found = outcomes(case)
    assert list(found) == everybody
    for category in {category for one in found.values() for category in one}:
        counts = Counter(one[category] for one in found.values())
        assert counts.total() == len(everybody)
        assert counts.keys() <= set(OUTCOMES)


@given(st.one_of(worlds(), crowded_worlds()))
def test_checks_hold(case: World) -> None:
    """Every conservation law holds in every world."""
    assert [name for name, passed in checks(case) if not passed] == []


def test_strategies_reach_every_object() -> None:
    """The worlds map an object with one key, one with alternative keys and one with none but via."""
    assert [len(one.keys) for one in (CONTACT, LEAD, CASE)] == [2, 1, 0]
    assert CASE.via_object == CONTACT.name
