"""Which kinds of data a text names: the categories of the data map, by their usual words in reports.

The words are in `taken.yaml` beside this file. The longest phrase wins; an everyday word such as `address` or
`health` counts only in a list beside a category that is sure, or before `details` and the like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, cast

import yaml

from floodmark.snapshot.categories import known, synonyms


@dataclass(frozen=True)
class Mention:
    """A category of data named in a text."""

    begin: int
    end: int
    name: str
    """Short name of the category, or the words where there is none."""
    broad: bool = False
    """Whether it is as wide as "personal information"."""
    form: str = ""
    """`hashed`, `encrypted`, `masked` or `partial` where the words in front say so."""


class Word(NamedTuple):
    """A word or sign of a text, in lower case."""

    text: str
    begin: int
    end: int


@dataclass(frozen=True)
class _Hit:
    """A phrase found at a place in the words."""

    end: int
    name: str
    """Short name; empty where the words are the value."""
    broad: bool = False
    weak: bool = False
    """Whether it counts only in a list with one that does not need that."""


@cache
def tables() -> dict[str, Any]:
    """Return the content of the file of words."""
    return cast("dict[str, Any]", yaml.safe_load(Path(__file__).with_name("taken.yaml").read_text("utf-8")))


def word_set(key: str) -> frozenset[str]:
    """Return one list of the file of words."""
    return frozenset(cast("list[str]", tables()[key]))


_EVERYDAY: Final = word_set("everyday")
_WEAK: Final = word_set("weak")
_PLAIN: Final = word_set("plain")
_GENERAL: Final = word_set("general")
_PERSONAL: Final = word_set("personal")
_MONEY: Final = word_set("money")
_THINGS: Final = word_set("things")
_POINTING: Final = word_set("pointing")
_HEADS: Final = word_set("heads")
_SHORT: Final = frozenset({"pii", "phi"})
_FORMS: Final = {
    "hashed": "hashed",
    "salted": "hashed",
    "encrypted": "encrypted",
    "masked": "masked",
    "truncated": "partial",
    "partial": "partial",
    "tokenised": "masked",
    "tokenized": "masked",
    "redacted": "masked",
    "obfuscated": "masked",
}
_PARTIAL = re.compile(
    r"\b(?:last|first|final)\s+(?:four|six|two|three|five|\d)\s+digits\s+of\s+(?:\w+\s+){0,3}$", re.IGNORECASE
)


def _plurals(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield a phrase, its plural, and with `of` in it the plural of its head."""
    yield words
    yield (*words[:-1], _plural(words[-1]))
    if "of" in words:
        yield (_plural(words[0]), *words[1:])
        yield (_plural(words[0]), *words[1:-1], _plural(words[-1]))


def _plural(word: str) -> str:
    if word.endswith(("ss", "sh", "ch")):
        return f"{word}es"
    if word.endswith(("s", "data", "information", "x")):
        return word
    return f"{word[:-1]}ies" if re.search(r"[^aeiou]y$", word) else f"{word}s"


@cache
def _lexicon() -> dict[str, list[tuple[tuple[str, ...], str, bool]]]:
    """Return per first word the phrases, longest first: words, name (empty: the words), whether weak."""
    found: dict[tuple[str, ...], tuple[str, bool]] = {}
    for name, words in _phrases():
        weak = words in _EVERYDAY or words in _WEAK
        for form in _plurals(tuple(words.split())):
            plain = words in _PLAIN and form[-1] != words.split()[-1]
            found.setdefault(form, (name, weak and not plain))
    table: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
    for form, (name, weak) in sorted(found.items(), key=lambda item: (-len(item[0]), item[0])):
        table.setdefault(form[0], []).append((form, name, weak))
    return table


def _phrases() -> Iterator[tuple[str, str]]:
    """Yield short name and phrase, the name empty where there is no category."""
    for name, phrases in cast("dict[str, list[str]]", tables()["categories"]).items():
        yield from ((name, phrase) for phrase in phrases)
    yield from (("", phrase) for phrase in cast("list[str]", tables()["worded"]))
    for name, category in known().items():
        yield name, name.replace("_", " ")
        if " " in category.label and " or " not in category.label:
            yield name, category.label.lower()
    yield from ((name, word.replace("_", " ")) for word, name in synonyms().items())


def _seconds() -> dict[str, frozenset[str]]:
    """Return per first word of a phrase the second ones; none where the first may stand alone."""
    found: dict[str, set[str]] = {word: {*_WIDE_ENDS} for word in (*_PERSONAL, *_MONEY)}
    alone = {*_SHORT}
    for first, phrases in _lexicon().items():
        seconds = {phrase[1] if len(phrase) > 1 else "" for phrase, _, _ in phrases}
        found.setdefault(first, set()).update(seconds)
        if not all(word.isalnum() for word in seconds):
            alone.add(first)
    return {first: frozenset(() if first in alone else found[first]) for first in {*found, *alone}}


_WIDE_ENDS: Final = frozenset({"information", "data", "details", "info"})
_SECONDS: Final = _seconds()
_STARTS: Final = frozenset(_SECONDS)
_PLAIN_WORD = re.compile(r"\w+")


def may_name(text: str) -> bool:
    """Say cheaply whether a text may name a kind of data: it has the first two words of a phrase."""
    words = frozenset(_PLAIN_WORD.findall(text.lower()))
    return any(
        not _SECONDS[first] or not _SECONDS[first].isdisjoint(words) for first in _STARTS.intersection(words)
    )


_TOKEN = re.compile("\\w+(?:['\u2019]\\w*)?|[^\\w\\s]")


def words_of(text: str) -> list[Word]:
    """Return the words and signs of a text in lower case; `weren't` and `cannot` become two words."""
    found: list[Word] = []
    for match in _TOKEN.finditer(text):
        begin = match.start()
        word, size, negated = _bare(match.group())
        if word:
            found.append(Word(word, begin, begin + size))
        if negated:
            found.append(Word("not", begin, begin + size))
    return found


@lru_cache(maxsize=16_384)
def _bare(token: str) -> tuple[str, int, bool]:
    """Return a word in lower case without the mark of possession, its size, and whether `not` is in it."""
    word = token.lower().replace("\u2019", "'")
    if word.endswith("n't") or word == "cannot":
        return {"can't": "can", "cannot": "can", "won't": "will"}.get(word, word[:-3]), len(token), True
    bare = word.removesuffix("'s").rstrip("'") or word
    return bare, len(token) if bare != word.rstrip("'") or bare == word else len(bare), False


def mentions(text: str) -> list[Mention]:
    """Return the categories of data that a text names, in its order, without overlaps.

    >>> [each.name for each in mentions("names, email addresses and a domain name")]
    ['name', 'email']
    """
    return [found for _, _, found in _named(text)[1]]


@lru_cache(maxsize=4)
def _named(text: str) -> tuple[list[Word], list[tuple[int, int, Mention]]]:
    """Return the words of a text and the categories in it; asked for twice in a row."""
    words = words_of(text)
    return words, located(text, words)


def located(text: str, words: list[Word]) -> list[tuple[int, int, Mention]]:
    """Return each category named, with the places of its first word and behind its last word."""
    found: list[tuple[int, int, Mention, bool]] = []
    place = 0
    while place < len(words):
        hit = _longest(words, place) if words[place].text in _STARTS else None
        if hit is None or _is_part_of_a_word(text, words, place, hit[0]):
            place += 1
            continue
        end, name, broad, weak = hit
        mention = _mention(text, words, place, end, name, broad=broad)
        found.append((place, end, mention, weak))
        place = end
    sure = _sure_lists(words, found)
    return [each[:3] for each, ok in zip(found, sure, strict=True) if ok]


def _sure_lists(words: list[Word], found: list[tuple[int, int, Mention, bool]]) -> list[bool]:
    """Say of each category whether it is sure, or stands in a list with one that is."""
    answer: list[bool] = []
    begin = 0
    for at in range(1, len(found) + 1):
        between = words[found[at - 1][1] : found[at][0]] if at < len(found) else []
        if not between or len(between) > _LONGEST_JOINT or not {each.text for each in between} <= _LIST_SIGNS:
            sure = at - begin >= _LONG_LIST or any(not each[3] for each in found[begin:at])
            answer += [sure] * (at - begin)
            begin = at
    return answer


_LONG_LIST: Final = 3
"""So many weak words beside each other are a list of data without a sure one."""
_LONGEST_JOINT: Final = 6
_LIST_SIGNS: Final = frozenset(
    [",", "and", "or", "/", "&", "their", "the", "full", "nor", "no", ";", "even", "some"]
)


def _mention(text: str, words: list[Word], place: int, end: int, name: str, *, broad: bool) -> Mention:
    begin, stop = words[place].begin, words[end - 1].end
    value = name or " ".join(_plain(part) for part in text[begin:stop].split())
    return Mention(begin, stop, value, broad, _form(text, words, place))


def _plain(word: str) -> str:
    """Return a word in lower case, unless it is written in capitals, without the mark of possession."""
    bare = re.sub(r"(?:s['\u2019]|['\u2019]s)$", "", word)
    return bare if len(bare) > 1 and bare.isupper() else bare.lower()


def _form(text: str, words: list[Word], place: int) -> str:
    """Return how the data is obscured, by the words in front."""
    before = [each.text for each in words[max(place - 3, 0) : place]]
    for word in reversed(before):
        if word in _FORMS:
            return _FORMS[word]
        if word not in {"and", "customer", "user", "credit", "the", "their", "customers", "users"}:
            break
    return "partial" if _PARTIAL.search(text, max(words[place].begin - 60, 0), words[place].begin) else ""


def _longest(words: list[Word], place: int) -> tuple[int, str, bool, bool] | None:
    """Return the longest phrase at a place: place behind it, name (empty: its words), broad, weak."""
    first = words[place].text
    wide = _wide(words, place) if first in _PERSONAL or first in _MONEY or first in {"pii", "phi"} else None
    exact = _exact(words, place) if first in _lexicon() else None
    if exact and (
        wide is None
        or exact[0] > wide[0]
        or (exact[0] == wide[0] and not _is_general(first, wide[0] - place))
    ):
        return exact if first not in {"name", "names"} or _is_persons(words, place, exact) else None
    return wide if wide is None or _is_head(words, wide[0]) else None


def _is_general(first: str, size: int) -> bool:
    """Say whether two words such as `payment data` are wider than the category of the first."""
    return size < _LONG_LIST and (first in _PERSONAL or first in {"financial", "payment", "billing"})


def _wide(words: list[Word], place: int) -> tuple[int, str, bool, bool] | None:
    """Return a phrase such as `personal information`; with money in it, `payment data`, it is not broad."""
    if words[place].text in {"pii", "phi"}:
        return place + 1, "", True, False
    at = place
    while (
        at < len(words)
        and at - place < _LONGEST_JOINT
        and (words[at].text in _PERSONAL or words[at].text in _MONEY)
    ):
        at += 1
    if at == len(words) or words[at].text not in _WIDE_ENDS or at == place:
        return None
    money = any(each.text in _MONEY for each in words[place:at])
    return at + 1, "", not money, False


def _exact(words: list[Word], place: int) -> tuple[int, str, bool, bool] | None:
    """Return the longest phrase of the lexicon with the general words that follow it."""
    second = words[place + 1].text if place + 1 < len(words) else ""
    for phrase, name, weak in _lexicon().get(words[place].text, ()):
        size = len(phrase)
        if size > 1 and (phrase[1] != second or not _goes_on(phrase, words, place)):
            continue
        end, bare = place + size, weak
        while end < len(words) and words[end].text in _GENERAL and words[end].begin - words[end - 1].end == 1:
            end, bare = end + 1, False
        sure = end > place + size or phrase[-1].endswith("s") or _is_head(words, end)
        if sure and not (bare and phrase[0] in _EVERYDAY and size == 1):
            return end, name, False, bare
        return None
    return None


def _is_head(words: list[Word], end: int) -> bool:
    """Say whether a singular noun that ends at `end` is not only the modifier of the next noun."""
    if end >= len(words):
        return True
    word = words[end].text
    return word in _HEADS or not word[0].isalnum() or word in _VERBAL or word.endswith(("ly", "ed", "ing"))


def _is_persons(words: list[Word], place: int, hit: tuple[int, str, bool, bool]) -> bool:
    """Say whether `name` or `names` means names of people."""
    before = words[place - 1].text if place else ""
    after = words[hit[0]].text if hit[0] < len(words) else ""
    of = words[hit[0] + 1].text if after == "of" and hit[0] + 1 < len(words) else ""
    named = (
        words[hit[0] + 2].text
        if of in {"the", "all", "its", "our", "some"} and hit[0] + 2 < len(words)
        else of
    )
    if (
        after == "of"
        and named not in _PERSONAL
        and not named.isdigit()
        and named not in {"people", "individuals", "persons", "victims"}
    ):
        return False
    if words[place].text == "names":
        return before not in _THINGS
    return before not in _THINGS and before not in _POINTING


def _is_part_of_a_word(text: str, words: list[Word], place: int, end: int) -> bool:
    """Say whether a sign glues a phrase to what is no part of it, as in `password-stealing`."""
    begin, stop = words[place].begin, words[end - 1].end
    return _is_glued(text[max(begin - 2, 0) : begin]) or _is_glued(text[stop : stop + 2][::-1])


def _is_glued(pair: str) -> bool:
    """Say whether the sign at the end of `pair` ties a word to the one in front of it."""
    return pair[-1:] in {"-", "_", "@", "."} and pair[:-1].isalnum()


_VERBAL: Final = frozenset(
    phrase.split()[0]
    for phrases in cast("dict[str, list[str]]", tables()["deciding"]).values()
    for phrase in phrases
) | frozenset(["compromise", "theft", "leak", "access", "exposure"])


Kind = Literal[
    "category",
    "act",  # an active form of a verb of taking, or its noun: `stole`, `theft of`
    "done",  # its participle alone: `stolen`
    "past",  # a past form that is both: `accessed`
    "spread",  # published, sold: says that it was taken, never that it was not
    "include",
    "exclude",
    "hold",
    "safe",
    "gone",  # `never left`: a whole predicate that says not taken
    "be",
    "have",
    "do",
    "may",
    "would",
    "report",
    "not",
    "never",  # a negation that reaches over words to the next verb: `at no time`
    "no",
    "nor",
    "except",
    "apart",
    "rather",
    "evidence",
    "unsure",
    "told",  # known, confirmed: unsure where negated
    "claim",
    "false",
    "true",
    "but",
    "when",
    "before",
    "if",
    "front",
    "only",
    "incl",
    "and",
    "as",
    "that",
    "they",
    "able",
    "try",
    "fail",
    "advice",
    "other",
    "void",
    "event",
    "part",
    "light",  # words that change nothing
    "comma",
    "stop",
    "colon",
    "open",
    "close",
    "quote",
    "word",
]


def _forms_of(base: str) -> tuple[list[str], str]:
    """Return the active forms of a regular verb, and its past."""
    if base.endswith("py"):
        return [base, f"{base[:-1]}ies", f"{base}ing"], f"{base[:-1]}ied"
    stem = f"{base}b" if base.endswith("ab") else base.removesuffix("e")
    third = f"{base}es" if base.endswith(("s", "ch", "sh")) else f"{base}s"
    return [base, third, f"{stem}ing"], f"{stem}ed"


@cache
def _vocabulary() -> dict[str, list[tuple[tuple[str, ...], Kind]]]:
    """Return per first word the phrases that decide, longest first; a later line of the file loses."""
    found: dict[tuple[str, ...], Kind] = {}
    for group, active_kind, past_kind in (("taking", "act", "past"), ("spreading", "spread", "spread")):
        for base in cast("list[str]", tables()[group]):
            active, past = _forms_of(base)
            found |= {(word,): cast("Kind", active_kind) for word in active}
            found[past,] = cast("Kind", past_kind)
    for kind, phrases in cast("dict[Kind, list[str]]", tables()["deciding"]).items():
        for phrase in phrases:
            found.setdefault(tuple(re.findall(r"\w+|[^\w\s]", phrase)), kind)
    table: dict[str, list[tuple[tuple[str, ...], Kind]]] = {}
    for phrase, kind in sorted(found.items(), key=lambda item: (-len(item[0]), item[0])):
        table.setdefault(phrase[0], []).append((phrase, kind))
    return table


class Mark(NamedTuple):
    """A phrase of a sentence: its kind, its words in lower case or the category, where it stands."""

    kind: Kind
    text: str
    begin: int
    end: int
    mention: Mention | None = None


def marks_of(text: str) -> list[Mark]:
    """Return a text as marks, in its order."""
    words, located_here = _named(text)
    named = {begin: (end, mention) for begin, end, mention in located_here}
    vocabulary = _vocabulary()
    found: list[Mark] = []
    place = 0
    while place < len(words):
        first = words[place]
        if place in named:
            end, mention = named[place]
            found.append(Mark("category", mention.name, mention.begin, mention.end, mention))
        elif first.text in vocabulary:
            end, kind = _deciding(words, place, vocabulary[first.text])
            said = " ".join([each.text for each in words[place:end]])
            found.append(Mark(kind, said, first.begin, words[end - 1].end))
        else:
            end = place + 1
            found.append(Mark(_unknown(first.text), *first))
        place = end
    return found


def _deciding(
    words: list[Word], place: int, phrases: Iterable[tuple[tuple[str, ...], Kind]]
) -> tuple[int, Kind]:
    """Return the place behind the longest deciding phrase and its kind; `word` where nothing is known."""
    second = words[place + 1].text if place + 1 < len(words) else ""
    for phrase, kind in phrases:
        if len(phrase) == 1 or (phrase[1] == second and _goes_on(phrase, words, place)):
            return place + len(phrase), kind
    return place + 1, _unknown(words[place].text)


def _goes_on(phrase: tuple[str, ...], words: list[Word], place: int) -> bool:
    """Say whether a phrase stands at a place, where its first two words do."""
    size = len(phrase)
    return place + size <= len(words) and all(phrase[at] == words[place + at].text for at in range(2, size))


def _unknown(word: str) -> Kind:
    """Return the kind of a word that decides nothing."""
    return "light" if word.endswith("ly") else "word"
