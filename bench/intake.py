"""What intake reads from published reports, against reports and sentences whose answer was written by hand.

The gold stands in tests/intake/gold; its README says how an entry is read. Its half `tune` may be looked at
while rules are written; its half `held` measures. Compared with: what a few regular expressions find, which
is what one would otherwise write: a keyword is a category that was taken, the first number is the count.

The seconds are those of one document of a megabyte, and of the same megabyte as documents of 4 kB.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import yaml

from floodmark.intake import intake
from floodmark.models import Claim, Intaken, Published, Relation

GOLD = Path(__file__).parents[1] / "tests/intake/gold"
FILES = ("negation", "qualifiers", "pairs", "techniques", "indicators", "fields")
HALVES = ("held", "tune")
ENDINGS = {"markdown": "md", "html": "html", "email": "eml", "text": "txt"}
BAR = 2.0
"""Seconds of the processor for a megabyte."""
_WITHIN = frozenset({"incident.sector", "incident.geography", "access.where", "access.vector"})
"""Paths whose value may say more than the gold's words."""

Given = list[tuple[str, bytes]]
Read = Callable[[Given], Intaken]


class Mark(NamedTuple):
    """One answer judged: right, too much, or missing."""

    field: str
    kind: str
    """`hit`, `extra` or `missed`."""
    what: str
    grave: bool = False
    """A category that was not taken, reported as taken."""


@dataclass
class Score:
    """Counts of one field."""

    hit: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Return the share of right answers among those given; None where none was given."""
        return self.hit / (self.hit + self.extra) if self.hit + self.extra else None

    @property
    def recall(self) -> float | None:
        """Return the share of expected answers that were given; None where none was expected."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else None

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of the two; None where there was nothing to answer."""
        size = 2 * self.hit + self.extra + self.missed
        return 2 * self.hit / size if size else None


# --- judging one entry


def listed(value: Any) -> list[Any]:
    """Return a value that may be a list of readings as a list."""
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def plain(value: object) -> str:
    """Return a value for comparison: folded, without a leading article."""
    return re.sub(r"^(?:the|a|an|their|its|your) ", "", str(value).casefold().strip())


def met(
    field: str, expected: list[list[str]], found: Iterable[str], also: Iterable[str] = ()
) -> Iterator[Mark]:
    """Judge a set of answers: each expected one is a list of readings, one of which must be found."""
    given = set(found)
    for readings in expected:
        hit = bool(given & set(readings))
        yield Mark(field, "hit" if hit else "missed", " | ".join(readings))
    right = {each for readings in expected for each in readings} | set(also)
    for each in sorted(given - right):
        yield Mark(field, "extra", each)


def of_path(read: Intaken, path: str) -> list[Claim]:
    """Return the claims of one path."""
    return [each for each in read.claims if each.path == path]


def negation(entry: dict[str, Any], read: Intaken) -> Iterator[Mark]:
    """Judge categories with their polarity."""
    also = {plain(each) for each in entry.get("also", [])}
    found = {(plain(each.value), each.polarity) for each in of_path(read, "impact.category")}
    for polarity in ("taken", "not_taken", "unknown"):
        expected = [plain(each) for each in entry.get(polarity, [])]
        names = {name for name, said in found if said == polarity} - (also - set(expected))
        safe = {plain(each) for each in entry.get("not_taken", [])} - also
        for each in met(f"category.{polarity}", [[name] for name in expected], names):
            grave = polarity == "taken" and each.kind == "extra" and each.what in safe
            yield each._replace(grave=grave)


def qualifiers(entry: dict[str, Any], read: Intaken) -> Iterator[Mark]:
    """Judge numbers, and of each number found its unit, precision and role."""
    claims = of_path(read, "impact.count")
    also = [str(each["value"]) for each in entry.get("also", [])]
    values = [[str(each["value"])] for each in entry["counts"]]
    yield from met("count.value", values, (str(each.value) for each in claims), also)
    for count in entry["counts"]:
        same = [each for each in claims if each.value == count["value"]]
        for key in ("unit", "precision", "role", "of"):
            if same and key in count:
                readings = [str(each) for each in listed(count[key])]
                yield from _one(f"count.{key}", readings, {_part(each, key) for each in same})


def _part(claim: Claim, key: str) -> str:
    """Return unit, precision, role or categories of a count."""
    parts = {"unit": claim.unit, "precision": claim.precision}
    return str(parts.get(key) or claim.detail.get(key, ""))


def _one(field: str, readings: list[str], found: set[str]) -> Iterator[Mark]:
    """Judge a property of an answer that was found: one of the readings, or wrong."""
    if found & set(readings):
        yield Mark(field, "hit", " | ".join(readings))
        return
    yield Mark(field, "missed", " | ".join(readings))
    yield from (Mark(field, "extra", each) for each in sorted(found) if each)


def techniques(entry: dict[str, Any], read: Intaken) -> Iterator[Mark]:
    """Judge the techniques of the incident; what an actor is known for is no part of it."""
    found = {
        str(each.value)
        for each in of_path(read, "technique")
        if each.detail.get("kind", "observed") != "known_for_actor"
    }
    yield from met("technique", [listed(each) for each in entry["techniques"]], found, entry.get("also", []))


def indicators(entry: dict[str, Any], read: Intaken) -> Iterator[Mark]:
    """Judge normal forms, and of each one found its type."""
    expected = [(listed(each["type"]), listed(each["value"])) for each in entry.get("indicators", [])]
    hosts = [value for _, values in expected for value in values if "/" in value or "@" in value]
    also = set(entry.get("also", []))
    found: dict[str, set[str]] = defaultdict(set)
    for each in of_path(read, "indicator"):
        found[str(each.value)].add(each.detail.get("type", ""))
    beside = {
        value
        for value, types in found.items()
        if any(value in host for host in hosts) or any(each.startswith(tuple(also)) for each in types if also)
    }
    yield from met("indicator", [values for _, values in expected], found, beside)
    for types, values in expected:
        for value in set(values) & set(found):
            yield from _one("indicator.type", types, found[value])


def fields(entry: dict[str, Any], read: Intaken) -> Iterator[Mark]:
    """Judge a whole report, path by path, and what it says that it does not know."""
    paths = {"incident.organisation", "incident.discovered_on", "incident.occurred_on", "actor.name"}
    for path in sorted(paths | _WITHIN | {"related.organisation"}):
        expected = [_readings(each) for each in entry["expect"].get(path, [])]
        also = [plain(each) for each in entry.get("also", {}).get(path, [])]
        # The words of a relative day may stand beside the day that they come to.
        found = [_with(each) for each in of_path(read, path) if not path.endswith("_on") or _dated(each)]
        yield from (
            _texts(path, expected, found, also)
            if path in _WITHIN
            else met(path, expected, found, [value for value in found if value.split(" (")[0] in also])
        )
    unknown = [[path] for path in entry.get("unknown", [])]
    heard = {each.path for each in read.unknown}
    beside = {path for path in heard if path not in paths | _WITHIN and not path.startswith("impact.")}
    yield from met("unknown", unknown, heard, beside | set(entry.get("unknown_also", [])))


def _dated(claim: Claim) -> bool:
    """Return whether a claim's value is a day or a month."""
    return str(claim.value)[:4].isdecimal()


def _readings(expected: Any) -> list[str]:
    """Return the right readings of an expected value, with confidence or relation where it has one."""
    if not isinstance(expected, dict):
        return [plain(each) for each in listed(expected)]
    stated = cast("dict[str, Any]", expected)
    said = listed(stated.get("confidence", stated.get("relation")))
    return [f"{plain(stated['value'])} ({each})" for each in said]


def _with(claim: Claim) -> str:
    """Return a claim's value, with confidence or relation where it has one."""
    said = claim.confidence or claim.detail.get("relation")
    return f"{plain(claim.value)} ({said})" if said else plain(claim.value)


def _texts(path: str, expected: list[list[str]], found: list[str], also: list[str]) -> Iterator[Mark]:
    """Judge values that may say more than the words that are expected."""
    for readings in expected:
        hit = any(plain(one) in plain(each) for one in readings for each in found)
        yield Mark(path, "hit" if hit else "missed", " | ".join(readings))
    right = [plain(one) for one in [*also, *(each for readings in expected for each in readings)]]
    for each in found:
        if not any(one in plain(each) for one in right):
            yield Mark(path, "extra", each)


def pairs(entry: dict[str, Any], read: Intaken) -> Iterator[Mark]:
    """Judge whether two reports are taken to be about one incident, and how their claims relate."""
    documents = {each.id for each in read.documents}
    same = any(documents <= set(each.documents) for each in read.incidents) and len(documents) > 1
    kinds = {(True, True): "hit", (True, False): "extra", (False, True): "missed"}
    if kind := kinds.get((same, entry["same_incident"])):
        yield Mark("same incident", kind, entry["id"])
    seen: set[tuple[str, str]] = set()
    for relation in entry["relations"]:
        between = [each for each in read.relations if _is_between(relation, each, read)]
        seen |= {each.claims for each in between}
        yield from _related(relation, between, _newer(entry, relation, read))
    for each in read.relations:
        if each.claims not in seen and each.kind != "compatible":
            yield Mark(f"relation.{each.kind}", "extra", f"{_values(each, read)}: {each.reason}")


def _related(expected: dict[str, Any], between: list[Relation], newer: str | None) -> Iterator[Mark]:
    """Judge the relation of two claims; the right kind the wrong way round is wrong."""
    wanted = expected["kind"]
    good = [each for each in between if each.kind in wanted and newer in {None, each.claims[0]}]
    what = f"{expected['left']} and {expected['right']}: {' or '.join(wanted)}"
    if good:
        yield Mark(f"relation.{good[0].kind}", "hit", what)
    elif "none" not in wanted:
        yield Mark(f"relation.{wanted[0]}", "missed", what)
    for each in between:
        if each not in good:
            yield Mark(f"relation.{each.kind}", "extra", f"{what}; read: {each.reason}")


def _claims(read: Intaken) -> dict[str, Claim]:
    """Return the claims by id."""
    return {each.id: each for each in read.claims}


def _values(relation: Relation, read: Intaken) -> str:
    """Return the values of two related claims."""
    known = _claims(read)
    return " / ".join(f"{known[each].path} {known[each].value}" for each in relation.claims if each in known)


def _is_between(expected: dict[str, Any], relation: Relation, read: Intaken) -> bool:
    """Return whether a relation is about the two values, whichever of them stands first."""
    known = _claims(read)
    two = [known[each] for each in relation.claims if each in known]
    if len(two) != len(relation.claims) or any(each.path != expected["path"] for each in two):
        return False
    first, second = (str(each.value) for each in two)
    left = [str(each) for each in listed(expected["left"])]
    right = [str(each) for each in listed(expected["right"])]
    return (first in left and second in right) or (first in right and second in left)


def _newer(entry: dict[str, Any], expected: dict[str, Any], read: Intaken) -> str | None:
    """Return the id of the claim that replaces the other one; None where neither does, "" where unread."""
    if "newer" not in expected:
        return None
    side = expected["newer"]
    name = entry["reports"][0 if side == "left" else 1]["name"]
    ids = {each.id for each in read.documents if Path(each.name).name == name}
    claims = [
        each.id
        for each in of_path(read, expected["path"])
        if each.document in ids and str(each.value) in map(str, listed(expected[side]))
    ]
    return claims[0] if claims else ""


JUDGES: dict[str, Callable[[dict[str, Any], Intaken], Iterator[Mark]]] = {
    "negation": negation,
    "qualifiers": qualifiers,
    "pairs": pairs,
    "techniques": techniques,
    "indicators": indicators,
    "fields": fields,
}


# --- reading


def given(entry: dict[str, Any]) -> Given:
    """Return the documents of an entry, as names and bytes."""
    if "reports" in entry:
        return [(each["name"], each["text"].encode()) for each in entry["reports"]]
    name = entry.get("name") or f"{entry['id']}.{ENDINGS[entry.get('media', 'markdown')]}"
    return [(name, entry["text"].encode())]


def ours(documents: Given) -> Intaken:
    """Read by the public door."""
    return intake(documents)


WORDS = {
    "name": r"\bnames\b",
    "email": r"e-?mail address",
    "phone": r"phone number",
    "address": r"(?:home|postal|street) address|\baddresses\b",
    "date_of_birth": r"dates? of birth|birth dates?",
    "password": r"\bpasswords?\b",
    "passport": r"\bpassports?\b",
    "payment_card": r"(?:payment|credit|debit) card|\bcards\b",
    "bank_account": r"bank (?:account|details)",
    "social_security_number": r"social security number",
    "driving_licence": r"driv\w+'?s? licen[cs]e",
    "pin": r"\bPINs\b",
}
NUMBER = re.compile(
    r"(?<![\w.])(\d[\d,.]*\d|\d) ?(million|m\b)?(?: (?:current|former|and|customer|student))* (\w+)"
)
PATTERNS = (
    ("technique", re.compile(r"\bT1\d{3}(?:\.\d{3})?\b"), "observed"),
    ("indicator", re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "ipv4"),
    ("indicator", re.compile(r"\b[0-9a-f]{32}\b"), "md5"),
    ("indicator", re.compile(r"\b[0-9a-f]{64}\b"), "sha256"),
    ("indicator", re.compile(r"https?://[^\s\"<>)]+"), "url"),
    ("indicator", re.compile(r"\bCVE-\d{4}-\d{4,}\b"), "cve"),
)
NAMED = {
    "ransomware": "T1486",
    "phishing": "T1566",
    "credential stuffing": "T1110.004",
    "brute force": "T1110",
}


def keywords(documents: Given) -> Intaken:
    """Read as a few regular expressions do."""
    claims = [
        each for number, (_, data) in enumerate(documents) for each in _found(f"D-{number}", data.decode())
    ]
    published = tuple(
        Published(
            id=f"D-{number}",
            title="",
            published_on=None,
            sha256="",
            name=name,
            media="",
            stated_by="",
            damaged="",
        )
        for number, (name, _) in enumerate(documents)
    )
    return Intaken(
        documents=published,
        claims=tuple(claims),
        unknown=(),
        relations=(),
        incidents=(),
        problems=(),
        head=None,
    )


def _found(document: str, text: str) -> Iterator[Claim]:
    """Yield what the expressions find in one text."""
    for name, pattern in WORDS.items():
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield _claim("impact.category", name, document, match, polarity="taken")
    if match := NUMBER.search(text):
        value = float(match[1].replace(",", "")) if match[1].count(".") < 2 else 0.0
        whole = round(value * 1_000_000) if match[2] else round(value)
        yield _claim("impact.count", whole, document, match, unit=match[3], precision="exact")
    for path, pattern, kind in PATTERNS:
        for match in pattern.finditer(text):
            detail = {"kind": kind} if path == "technique" else {"type": kind}
            yield _claim(path, match[0], document, match, detail=detail)
    for words, technique in NAMED.items():
        if match := re.search(words, text, re.IGNORECASE):
            yield _claim("technique", technique, document, match, detail={"kind": "observed"})


def _claim(path: str, value: str | int, document: str, match: re.Match[str], **more: Any) -> Claim:
    """Return what an expression found as a claim."""
    empty: dict[str, Any] = {
        "unit": None,
        "precision": None,
        "polarity": None,
        "confidence": None,
        "detail": {},
    }
    return Claim(
        id=f"C-{path}-{document}-{match.start()}-{value}",
        path=path,
        value=value,
        basis="document",
        status="asserted",
        modality="asserted",
        stated_by="",
        stated_on=None,
        quote=match[0],
        document=document,
        span=match.span(),
        evidence=(),
        **{**empty, **more},
    )


# --- measuring


class Result(NamedTuple):
    """What one way of reading scored on some files."""

    scores: dict[str, dict[str, dict[str, Score]]]
    """File -> field -> half -> counts."""
    grave: dict[str, int]
    """Half -> categories that were not taken and reported as taken."""
    strange: dict[str, int]
    """Half -> quotes that do not stand in their document."""
    unread: dict[str, int]
    """Half -> problems with documents that are sound."""
    misses: list[tuple[str, str, Mark]]
    """Half, entry and judgement of each answer that was not right."""


def entries(name: str) -> list[dict[str, Any]]:
    """Return the entries of one file of the gold."""
    return yaml.safe_load((GOLD / f"{name}.yaml").read_text("utf-8"))


def measure(names: Iterable[str], read: Read) -> Result:
    """Read every entry of some files and judge what was read."""
    none = dict.fromkeys(HALVES, 0)
    result = Result({}, {**none}, {**none}, {**none}, [])
    for name in names:
        scores: dict[str, dict[str, Score]] = defaultdict(lambda: {half: Score() for half in HALVES})
        for entry in entries(name):
            answer = read(given(entry))
            result.strange[entry["half"]] += sum(not verbatim(each, entry) for each in quotes(answer))
            result.unread[entry["half"]] += len(answer.problems)
            for mark in JUDGES[name](entry, answer):
                _count(result, entry, mark, scores[mark.field][entry["half"]])
        result.scores[name] = dict(sorted(scores.items()))
    return result


def _count(result: Result, entry: dict[str, Any], mark: Mark, score: Score) -> None:
    """Count one judgement."""
    setattr(score, mark.kind, getattr(score, mark.kind) + 1)
    result.grave[entry["half"]] += mark.grave
    if mark.kind != "hit":
        result.misses.append((entry["half"], entry["id"], mark))


def quotes(read: Intaken) -> Iterator[str]:
    """Yield every quote of claims and of what is unknown."""
    yield from (each.quote for each in read.claims if each.basis == "document")
    yield from (each.quote for each in read.unknown)


def verbatim(quote: str, entry: dict[str, Any]) -> bool:
    """Return whether a quote stands in a document of the entry, letter for letter; of HTML, what is seen."""
    for name, data in given(entry):
        text, piece = data.decode(), quote
        if name.endswith(".html"):
            text, piece = seen(text), "".join(quote.split())
        if piece and piece in text:
            return True
    return False


def seen(text: str) -> str:
    """Return the letters of an HTML page that a reader sees, without blanks, which a page lays out anew."""
    text = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    return "".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


# --- speed


def megabyte() -> list[str]:
    """Return the gold's reports repeated with other names and figures until they are a megabyte."""
    texts = [
        each["text"] for name in ("fields", "negation", "qualifiers", "indicators") for each in entries(name)
    ]
    texts = [each for each in texts if "<" not in each and not each.startswith(("---", "From:"))]
    made: list[str] = []
    size = turn = 0
    while size < 1_000_000:
        made.append(_varied(texts[turn % len(texts)], turn // len(texts)))
        size += len(made[-1].encode()) + 2
        turn += 1
    return made


def _varied(text: str, turn: int) -> str:
    """Return a text with figures and organisations of its own."""
    figures = re.sub(
        r"\b\d{1,3}(?:,\d{3})+\b", lambda found: f"{int(found[0].replace(',', '')) + 37 * turn:,}", text
    )
    return re.sub(
        r"\b(Harbour|Cobalt|Meridian|Lakeside|Bluefern|Riverton)\b", rf"\1{chr(97 + turn % 26)}", figures
    )


class Spent(NamedTuple):
    """Seconds by the clock, and of the processor, which other work on the machine changes less."""

    wall: float
    processor: float


def speed(read: Read) -> dict[str, Spent]:
    """Return the seconds for one document of a megabyte, and for the same text as documents of 4 kB."""
    made = megabyte()
    whole = "\n\n".join(made)
    step = 4_000
    parts = [(f"{at:07}.md", whole[at : at + step].encode()) for at in range(0, len(whole), step)]
    return {
        "one document": _seconds(read, [("all.md", whole.encode())]),
        "many documents": _seconds(read, parts),
    }


def _seconds(read: Read, documents: Given) -> Spent:
    """Return the seconds of one reading, after a first one of a small text has loaded what it needs."""
    read([("first.md", b"Names were taken from Harbour Air on 3 May 2024.")])
    wall, processor = time.perf_counter(), time.process_time()
    read(documents)
    return Spent(time.perf_counter() - wall, time.process_time() - processor)


# --- telling


def table(found: Result, beside: Result, halves: Iterable[str]) -> str:
    """Return precision, recall, F1 and counts by field: held, tune, and the regular expressions on held."""
    shown = [(found, half, half) for half in halves] + [(beside, "held", "expressions on held")]
    lines = [f"{'field':34}" + "".join(f"  {title:>36}" for _, _, title in shown)]
    for name, by_field in found.scores.items():
        lines += ["", f"{name:34}" + "".join(f"  {'P     R     F1   right extra missed':>36}" for _ in shown)]
        for field in sorted(set(by_field) | set(beside.scores[name])):
            cells = (_cell(one.scores[name].get(field, {}).get(half, Score())) for one, half, _ in shown)
            lines.append(f"  {field:32}" + "".join(f"  {each:>36}" for each in cells))
    return "\n".join(lines)


def _cell(score: Score) -> str:
    """Return one score in fixed width."""
    shares = (score.precision, score.recall, score.f1)
    figures = " ".join("   - " if each is None else f"{each:5.2f}" for each in shares)
    return f"{figures} {score.hit:5} {score.extra:5} {score.missed:6}"


def as_json(result: Result) -> dict[str, Any]:
    """Return the figures of a result."""
    return {
        "fields": {
            name: {
                field: {half: _figures(score) for half, score in by_half.items()}
                for field, by_half in by.items()
            }
            for name, by in result.scores.items()
        },
        "not_taken_as_taken": result.grave,
        "quotes_not_verbatim": result.strange,
        "problems": result.unread,
    }


def _figures(score: Score) -> dict[str, float | int | None]:
    """Return counts and shares of one score."""
    shares = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    counts: dict[str, float | int | None] = {"hit": score.hit, "extra": score.extra, "missed": score.missed}
    return counts | {name: None if each is None else round(each, 4) for name, each in shares.items()}


def show(found: Result, halves: Iterable[str]) -> None:
    """Print each answer that was not right."""
    for half, entry, mark in found.misses:
        if half in halves:
            grave = "  NOT TAKEN REPORTED AS TAKEN" if mark.grave else ""
            print(f"{half} {entry} {mark.field} {mark.kind}: {mark.what}{grave}")


def tell(found: Result, beside: Result, halves: Iterable[str], seconds: dict[str, dict[str, Spent]]) -> None:
    """Print the figures."""
    print(table(found, beside, halves), end="\n\n")
    for half in halves:
        print(
            f"{half}: not taken reported as taken {found.grave[half]} (expressions {beside.grave[half]}),",
            end=" ",
        )
        print(f"quotes not verbatim {found.strange[half]}, problems {found.unread[half]}")
    for name, by_form in seconds.items():
        for form, each in by_form.items():
            print(f"1 MB, {name}, {form}: {each.wall:.2f} s, of the processor {each.processor:.2f} s")


def options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--only", choices=FILES, action="append", help="this file of the gold; may be given again"
    )
    parser.add_argument("--half", choices=[*HALVES, "both"], default="both")
    parser.add_argument("--show", action="store_true", help="print each miss of the half tune")
    parser.add_argument(
        "--held-too", action="store_true", help="with --show: print those of held as well, which spoils it"
    )
    parser.add_argument("--no-speed", action="store_true", help="leave out the seconds")
    parser.add_argument("--to", type=Path, help="write the figures as JSON")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Measure, print and write; return 1 where what must be nought is not, or a megabyte takes too long."""
    chosen = options(arguments)
    names = chosen.only or list(FILES)
    halves = HALVES if chosen.half == "both" else (chosen.half,)
    found, beside = measure(names, ours), measure(names, keywords)
    if chosen.show:
        show(found, ("tune", *(("held",) if chosen.held_too else ())))
        print()
    seconds = {} if chosen.no_speed else {"floodmark": speed(ours), "expressions": speed(keywords)}
    tell(found, beside, halves, seconds)
    if chosen.to:
        figures = {
            "floodmark": as_json(found),
            "expressions": as_json(beside),
            "seconds": {
                name: {form: each._asdict() for form, each in by_form.items()}
                for name, by_form in seconds.items()
            },
            "bar_seconds": BAR,
        }
        chosen.to.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    bad = sum(found.grave[half] + found.strange[half] + found.unread[half] for half in halves)
    slow = any(each.processor > BAR for each in seconds.get("floodmark", {}).values())
    return 1 if bad or slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
