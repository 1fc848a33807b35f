"""How claims relate: each reason once, the laws, and counts against intervals spelled out in whole numbers."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.incident.relate import relations_of
from incident.claims import claim, count


def kinds(claims):
    """Return value pairs -> kind, whichever way round."""
    known = {each.id: each for each in claims}
    return {
        frozenset((known[r.claims[0]].value, known[r.claims[1]].value)): (r.kind, r.reason)
        for r in relations_of(claims)
    }


def only(claims):
    """Return the one relation of some claims."""
    (relation,) = relations_of(claims)
    return relation


def test_a_bound_and_a_figure_inside_it_without_days_are_compatible():
    """A bound and a figure inside it without days are compatible."""
    relation = only([count(6_000_000, "at_most"), count(5_700_000, "rounded", "people", 2)])
    assert relation.kind == "compatible"
    assert relation.reason == "a bound, at most 6,000,000 customers, and a figure inside it"


def test_a_later_figure_replaces_an_earlier_bound():
    """A later figure replaces an earlier bound."""
    bound = count(6_000_000, "at_most", day="2025-07-02")
    figure = count(5_700_000, "rounded", source=2, day="2025-07-09")
    relation = only([bound, figure])
    assert (relation.kind, relation.claims) == ("supersedes", (figure.id, bound.id))


def test_a_later_bound_does_not_replace_an_earlier_figure():
    """A later bound does not replace an earlier figure."""
    bound = count(6_000_000, "at_most", day="2025-07-12")
    assert only([bound, count(5_700_000, "rounded", source=2, day="2025-07-09")]).kind == "compatible"


def test_figures_that_cannot_both_hold():
    """Figures that cannot both hold."""
    early, late = (
        count(4_000_000, "exact", day="2025-07-02"),
        count(5_000_000, "exact", source=2, day="2025-07-03"),
    )
    assert (only([early, late]).kind, only([early, late]).claims) == ("supersedes", (late.id, early.id))
    same_day = count(5_000_000, "exact", source=2, day="2025-07-02")
    assert only([early, same_day]).kind == "conflicts"
    assert only([count(4_000_000, "exact"), count(5_000_000, "exact", source=2)]).kind == "conflicts"


def test_units_are_told_apart():
    """Units are told apart."""
    relation = only([count(6_000_000, "exact", "records"), count(5_000_000, "exact", "customers", 2)])
    assert relation.kind == "compatible"
    assert "not compared" in relation.reason


def test_a_rounded_figure_and_the_exact_one():
    """A rounded figure and the exact one."""
    assert only([count(5_700_000, "rounded"), count(5_731_204, "exact", source=2)]).kind == "compatible"
    assert only([count(5_700_000, "rounded"), count(5_761_204, "exact", source=2)]).kind == "conflicts"


def parts(*values):
    """Return parts of a total."""
    return [count(each, "exact", of=str(place), role="part") for place, each in enumerate(values)]


def test_parts_that_add_up_and_parts_that_speak_against_a_total():
    """Parts that add up and parts that speak against a total."""
    total, other = count(10, "exact"), count(12, "exact", source=2)
    found = kinds([total, other, *parts(4, 6)])
    assert found[frozenset((4, 10))] == ("compatible", "the parts add up: 10")
    kind, reason = found[frozenset((4, 12))]
    assert kind == "conflicts"
    assert "speak against 12 customers" in reason


def test_parts_of_a_part_are_counted_once():
    """Parts of a part are counted once."""
    found = kinds([count(10, "exact"), *parts(6, 2, 4, 4)[:3], count(4, "exact", of="rest", role="part")])
    assert "conflicts" not in {kind for kind, _ in found.values()}


def test_parts_that_are_more_than_the_total():
    """Parts that are more than the total."""
    seven, eight = (count(each, "exact", role="part") for each in (7, 8))
    kind, reason = kinds([count(10, "exact"), seven, eight])[frozenset((7, 10))]
    assert (kind, "more than 10 customers" in reason) == ("conflicts", True)


def test_parts_of_other_kinds_of_data_can_share_people():
    """Parts of other kinds of data can share people."""
    assert kinds([count(10, "exact"), *parts(7, 8)]) == {}


def counted(value, begin, words, source=1, **detail):
    """Return an exact count with its place in the text."""
    made = count(value, "exact", source=source, **detail)
    return made.model_copy(update={"span": (begin, begin + len(words)), "quote": words})


def test_the_figure_right_before_a_part_is_a_part_too():
    """The figure right before a part is a part too."""
    whole, one = counted(1_000_000, 0, "1,000,000 customers"), counted(600_000, 30, "600,000 customers")
    other = counted(500_000, 90, "500,000 customers", role="part")
    found = kinds([whole, one, other])
    assert found[frozenset((600_000, 1_000_000))] == (
        "conflicts",
        "the parts add up to 1,100,000, more than 1,000,000 customers: this total or a part of it is wrong",
    )
    of_them = counted(500_000, 90, "500,000", role="part")
    far = counted(500_000, 300, "500,000 customers", role="part")
    assert kinds([whole, one, of_them]) == {}
    assert kinds([whole, one, far]) == {}


def test_a_smaller_figure_of_one_document_conflicts_with_none():
    """A smaller figure of one document conflicts with none, here or elsewhere."""
    whole, less = count(252_318, "exact"), count(12_000, "rounded")
    same = count(252_318, "exact", source=2)
    found = kinds([whole, less, same])
    assert {kind for kind, _ in found.values()} == {"compatible"}
    assert list(found) == [frozenset((252_318,))]
    bound = count(6_000_000, "at_most")
    pair = kinds([bound, less, count(5_700_000, "exact", source=2)])[frozenset((6_000_000, 5_700_000))]
    assert pair[0] == "compatible"
    assert len(kinds([bound, less, count(5_700_000, "exact", source=2)])) == 1


def test_taken_and_not_taken():
    """Taken and not taken."""
    one = claim("impact.category", "password", polarity="taken")
    other = claim("impact.category", "password", 2, polarity="not_taken")
    assert only([one, other]).kind == "conflicts"
    assert only([one, claim("impact.category", "Password", 2, polarity="taken")]).kind == "compatible"


def test_an_open_question_and_its_later_answer():
    """An open question and its later answer."""
    asked = claim("impact.category", "email", day="2025-07-02", polarity="unknown")
    answer = claim("impact.category", "email", 2, day="2025-07-09", polarity="taken")
    assert (only([asked, answer]).kind, only([asked, answer]).claims[0]) == ("supersedes", answer.id)


def test_a_wrong_assumption_conflicts_with_the_day_worked_out():
    """A wrong assumption conflicts with the day worked out."""
    word = claim("incident.discovered_on", "Monday")
    assumed = claim("incident.discovered_on", "2025-07-01", modality="inferred")
    computed = claim("incident.discovered_on", "2025-06-30", modality="computed", detail={"text": "Monday"})
    found = kinds([word, assumed, computed])
    assert found[frozenset(("Monday", "2025-06-30"))][0] == "compatible"
    kind, reason = found[frozenset(("2025-07-01", "2025-06-30"))]
    assert kind == "conflicts"
    assert reason == "2025-07-01 (a Tuesday) and 2025-06-30 (a Monday) are different days"


def test_actors_are_never_merged():
    """Actors are never merged."""
    one, other = (
        claim("actor.name", name, place, confidence="stated") for place, name in ((1, "A"), (2, "B"))
    )
    assert only([one, other]).kind == "conflicts"
    alias = claim("actor.name", "B", 2, confidence="stated", detail={"alias_of": "A"})
    assert only([one, alias]).kind == "compatible"
    denied = claim("actor.name", "A", 2, confidence="denied")
    assert only([one, denied]).kind == "conflicts"


def test_where_and_how_are_both_kept():
    """Where and how are both kept."""
    where, how = claim("access.where", "a help desk"), claim("access.vector", "phishing", 2)
    assert only([where, how]).reason == "one says where, the other says how"
    assert relations_of([where, claim("access.vector", "phishing")]) == []


# --- counts against whole numbers spelled out -----------------------------------------------------------

FIGURES = st.tuples(st.integers(1, 60), st.sampled_from(["exact", "rounded", "about", "at_most", "at_least"]))


def possible(value, precision):
    """Return every whole number up to 200 that a count leaves open."""
    unit = 1
    while value % (unit * 10) == 0:
        unit *= 10
    holds = {
        "exact": lambda n: n == value,
        "rounded": lambda n: abs(2 * (n - value)) <= unit,
        "about": lambda n: abs(10 * (n - value)) <= value,
        "at_most": lambda n: n <= value,
        "at_least": lambda n: n >= value,
    }[precision]
    return {n for n in range(201) if holds(n)}


@given(FIGURES, FIGURES)
def test_two_counts_of_one_day_conflict_exactly_when_no_number_fits_both(one, other):
    """Two counts of one day conflict exactly when no number fits both."""
    relations = relations_of([count(*one), count(*other, source=2)])
    assert [each.kind for each in relations] == [
        "compatible" if possible(*one) & possible(*other) else "conflicts"
    ]


@given(st.lists(st.tuples(FIGURES, st.integers(1, 3)), max_size=4, unique=True))
def test_the_order_of_claims_changes_no_pair(figures):
    """The order of claims changes no pair."""
    claims = [count(*figure, source=source, day=f"2025-07-0{source}") for figure, source in figures]

    def pairs(some):
        """Pairs."""
        return {
            (r.kind, frozenset(r.claims) if r.kind != "supersedes" else r.claims) for r in relations_of(some)
        }

    assert len({frozenset(pairs(each)) for each in permutations(claims)}) == 1


@pytest.mark.parametrize("unit", ["records", "emails", "accounts"])
def test_heads_are_not_compared_with_things(unit):
    """Heads are not compared with things."""
    relation = only([count(1, "exact", unit), count(9, "exact", "people", 2)])
    assert relation.kind == "compatible"
