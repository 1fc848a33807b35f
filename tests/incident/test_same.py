"""Which documents are about one incident."""

from floodmark.incident.same import groups_of, name_key, same_name
from incident.claims import claim, count, document


def together(documents, claims, organisation=None):
    """Return the numbers of the documents of each group."""
    groups = groups_of(documents, claims, organisation)
    return [[int(each.removeprefix("D-")) for each in group.documents] for group in groups]


def named(*sources, name="Harbour Bank"):
    """Return a claim of each document that names one organisation."""
    return [claim("incident.organisation", name, source) for source in sources]


def test_legal_forms_tell_no_names_apart():
    """Legal forms tell no names apart."""
    assert same_name(name_key("Harbour Bank Inc."), name_key("The Harbour Bank"))
    assert not same_name(name_key("Harbour Bank"), name_key("Harbour Stays"))


def test_documents_of_one_organisation_belong_together():
    """Documents of one organisation belong together, whatever their order."""
    documents = [document(1), document(2), document(3)]
    claims = [*named(1, 3), *named(2, name="Fennel Stays")]
    assert together(documents, claims) == [[1, 3], [2]]
    assert together(documents, claims, "Fennel Stays") == [[2], [1, 3]]


def test_an_actor_in_common_is_no_reason():
    """An actor in common is no reason."""
    claims = [claim("actor.name", "Brass Heron", source) for source in (1, 2)]
    assert together([document(1), document(2)], claims) == [[1], [2]]


def test_a_document_without_a_name_needs_a_figure_and_one_thing_more():
    """A document without a name needs a figure and one thing more."""
    documents = [document(1), document(2)]
    claims = [*named(1), count(70, "exact"), count(70, "exact", source=2)]
    assert together(documents, claims) == [[1], [2]]
    claims += [claim("access.vector", "phishing", source) for source in (1, 2)]
    assert together(documents, claims) == [[1, 2]]


def test_events_that_lie_far_apart_are_two():
    """Events that lie far apart are two."""
    days = [claim("incident.occurred_on", day, n) for n, day in ((1, "2024-01-01"), (2, "2024-05-01"))]
    assert together([document(1), document(2)], [*named(1, 2), *days]) == [[1], [2]]


def test_a_year_between_documents_that_share_only_a_name_makes_two():
    """A year between documents that share only a name makes two."""
    documents = [document(1, "2023-05-04"), document(2, "2025-10-20")]
    assert together(documents, named(1, 2)) == [[1], [2]]
    figures = [count(70, "exact"), count(70, "exact", source=2)]
    assert together(documents, [*named(1, 2), *figures]) == [[1, 2]]
    assert together([document(1, "2024-12-04"), document(2, "2025-10-20")], named(1, 2)) == [[1, 2]]
