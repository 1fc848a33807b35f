"""Numbers in running text: how they are written, what qualifies them, what they count, and which are money.

`5.7 million`, `6m`, `5,731,204` and `half a million` are numbers that can count something; years, days,
versions and shares are not, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from floodmark.intake.stance import has_any
from floodmark.models import ClaimPrecision

# --- numbers as written


def _words(listed: str) -> tuple[str, ...]:
    """Return the words or phrases of a list, parted by semicolons."""
    return tuple(" ".join(each.split()) for each in listed.split(";"))


_ONES = _words("one; two; three; four; five; six; seven; eight; nine")
_TEENS = _words("ten; eleven; twelve; thirteen; fourteen; fifteen; sixteen; seventeen; eighteen; nineteen")
_TENS = _words("twenty; thirty; forty; fifty; sixty; seventy; eighty; ninety")
_WORTH = {
    **{word: value for value, word in enumerate((*_ONES, *_TEENS), 1)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    "a": 1,
    "an": 1,
}
_SCALES = {
    **dict.fromkeys(("k", "thousand"), 10**3),
    **dict.fromkeys(("m", "mn", "mln", "million"), 10**6),
    **dict.fromkeys(("b", "bn", "billion"), 10**9),
    "hundred thousand": 10**5,
    "trillion": 10**12,
}
_FRACTIONS = {
    "half a": Decimal("0.5"),
    "a quarter of a": Decimal("0.25"),
    "three quarters of a": Decimal("0.75"),
}

_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES)}))?|{'|'.join((*_TEENS, *_ONES))})"
_LONG = r"(?:hundred thousand|thousand|million|billion|trillion)"
_CORE = rf"""(?:
    (?P<digits>\d{{1,3}}(?:(?:,\d{{3}}(?!\d)){{1,5}}|(?:[ \u00a0\u2009\u202f'\u2019]\d{{3}}(?!\d)){{1,5}}
        |(?:\.\d{{3}}(?!\d)){{2,5}})|\d{{1,15}}(?!\d)(?:\.\d{{1,9}}(?!\d))?)
      (?:[ -]?(?P<scale>{_LONG})s?|[ ]?(?P<wide>bn|mn|mln)|(?P<short>[kmb])|(?![ ]\d))
   |(?P<fraction>half\ a|a\ quarter\ of\ a|three[ -]quarters\ of\ a)[ ](?P<whole>{_LONG})
   |(?P<halves>{_SMALL})\ and\ a\ half\ (?P<big>{_LONG})
   |(?:(?P<hundreds>{_SMALL}|an?)[ -]hundred(?:(?:[ -]and)?[ -](?P<rest>{_SMALL}))?|(?P<words>{_SMALL}))
      (?:[ -](?P<times>thousand|million|billion|trillion))?
   |an?\ (?P<single>thousand|million|billion|trillion)
  )(?![\w%/:]|[.,]\d|[ ]?%|[ ]per\ ?cent)"""
# What a number can begin with. To try these places only is much quicker than to search for `_CORE`.
_BEGIN = re.compile(
    r"[\dAaEeFfHhNnOoSsTt](?<![\w.,:/#@+\u2013'\u2019&=-].)(?<!\d[ ].)"
    r"(?:(?<=\d)|(?i:n?[ -]|alf|ight|leven|ive|our|if|or|in|ne|ix|ev|wo|hree|en|we|hir))"
)
_NUMBER = re.compile(_CORE, re.IGNORECASE | re.VERBOSE)
_TO = re.compile(r"(?: (to|or|and) |( ?[\u2013-] ?))(?:(?:US|AU?|NZ|CA?)?[$€£¥₹])?", re.IGNORECASE)
_DIGIT = re.compile(r"[0-9]")
_GOES_ON = re.compile(r"[\u2013-]\d")
_CHANGED = re.compile(
    r"\b(?:from|by)(?: (?:about|around|approximately|roughly|nearly|an estimated|some))? $", re.IGNORECASE
)
_MORE = re.compile(r" (?:and )?", re.IGNORECASE)


@dataclass(frozen=True)
class Number:
    """One number as written, before anybody asks what it counts."""

    begin: int
    end: int
    value: Decimal
    scale: int
    """What a word or letter multiplied it by; 1 where there is none."""
    plain: bool
    """Whether it is only digits, without groups."""
    top: Decimal | None = None
    """The upper end where it is a range."""


def numbers_in(text: str) -> Iterator[Number]:
    """Yield the numbers of a text in order, ranges and compounds as one."""
    if not is_numbered(text):
        return
    begin = 0
    for start in _BEGIN.finditer(text):
        found = _NUMBER.match(text, start.start()) if start.start() >= begin else None
        if found is None:
            continue
        number = _ranged(text, _compound(text, _number(found)))
        begin = number.end
        # What goes on with a digit is a date, a telephone number or another code.
        if not _GOES_ON.match(text, begin):
            yield number


def is_numbered(text: str) -> bool:
    """Say whether a text can have a number: most have none, and this is much quicker than to look for one."""
    return _DIGIT.search(text) is not None or has_any(text.lower(), ("hundred", "thousand", "illion"))


def _number(found: re.Match[str]) -> Number:
    """Return a match as a number."""
    if found["digits"]:
        return _digits(found)
    part = found.groupdict()
    scale = _SCALES[
        next((part[name] for name in ("whole", "big", "times", "single") if part[name]), "").lower() or "k"
    ]
    if part["fraction"]:
        value = _FRACTIONS[part["fraction"].lower().replace("-", " ")]
    elif part["halves"]:
        value = _small(part["halves"]) + Decimal("0.5")
    elif part["hundreds"]:
        value = 100 * _small(part["hundreds"]) + (_small(part["rest"]) if part["rest"] else 0)
    else:
        value = _small(part["words"] or "one")
    if not any(part[name] for name in ("whole", "big", "times", "single")):
        scale = 1
    # "Two hundred" is a round number of its own, as "two thousand" is.
    return Number(found.start(), found.end(), Decimal(value) * scale, scale, plain=scale == 1)


def _digits(found: re.Match[str]) -> Number:
    """Return a match that begins with digits as a number."""
    written = found["digits"]
    groups = re.split(r"[, \u00a0\u2009\u202f'\u2019]", written)
    if written.count(".") > 1:
        groups = written.split(".")
    named = found["scale"] or found["wide"] or found["short"]
    scale = _SCALES[named.lower()] if named else 1
    plain = len(groups) == 1 and scale == 1
    return Number(found.start(), found.end(), Decimal("".join(groups)) * scale, scale, plain=plain)


def _small(words: str) -> int:
    """Return the value of a number below 100 in words."""
    return sum(_WORTH[word] for word in words.lower().replace("-", " ").split())


def _compound(text: str, number: Number) -> Number:
    """Return `two million five hundred thousand` as one number."""
    gap = _MORE.match(text, number.end)
    found = _NUMBER.match(text, gap.end()) if gap and number.scale > 1 else None
    if not found or found["single"] or found["fraction"]:
        return number
    more = _number(found)
    if more.value >= number.scale or (
        more.scale == 1 and more.plain and " and " in text[number.end : more.begin]
    ):
        return number
    return replace(number, end=more.end, value=number.value + more.value, scale=max(more.scale, 1))


def _ranged(text: str, number: Number) -> Number:
    """Return a number with its upper end where it begins a range: `5.7 to 6 million`."""
    gap = _TO.match(text, number.end)
    found = _NUMBER.match(text, gap.end()) if gap else None
    if gap is None or found is None:
        return number
    word = (gap[1] or "-").lower()
    if word == "and" and not text[max(0, number.begin - 40) : number.begin].lower().rstrip().endswith(
        _BETWEEN
    ):
        return number
    second = _number(found)
    if number.scale > 1 and word == "to" and _CHANGED.search(text[max(0, number.begin - 40) : number.begin]):
        return second  # "raised from 4 million to 5 million": the later figure stands
    low = (
        number.value * second.scale
        if number.scale == 1 and number.value < second.value / second.scale
        else number.value
    )
    if low >= second.value:
        return number
    plain = number.plain and second.plain
    return replace(number, end=second.end, value=low, top=second.value, scale=second.scale, plain=plain)


_BETWEEN = tuple(
    f"between{word}" for word in ("", " about", " approximately", " around", " roughly", " an estimated")
)


# --- qualifiers

Kind = ClaimPrecision | Literal["", "hedge"]
_LISTED: dict[Kind, str] = {
    "at_most": """up to; as many as; as much as; no more than; not more than; at most; fewer than; less than;
    under; just under; slightly under; below; a maximum of; <""",
    "at_least": """at least; more than; over; just over; well over; slightly more than; above; upwards of;
        upward     of; in excess of; no fewer than; not fewer than; no less than; not less than; greater than;
    exceeding; a minimum of; >""",
    "about": """about; approximately; approx; approx.; roughly; around; some; nearly; almost; close to; circa;
    ca.; an estimated; estimated; estimated at; an approximate; in the region of; on the order of;
    in the order of; ~; ≈""",
    "exact": "exactly; precisely",
    "hedge": "potentially; possibly; perhaps; maybe",
    "": "a total of; between; in total",
}
_QUALIFIERS: dict[str, Kind] = {phrase: kind for kind, listed in _LISTED.items() for phrase in _words(listed)}
_LONGEST = 4
_LEFT_WORD = re.compile(r"[~≈<>]|[\w.]+")
_AFTER = re.compile(
    r"\+|-plus\b| or (?:more|so|fewer|less)\b| at (?:least|most)\b| at a minimum\b", re.IGNORECASE
)
_AFTER_KIND: dict[str, ClaimPrecision] = {
    "or so": "about",
    "or fewer": "at_most",
    "or less": "at_most",
    "at most": "at_most",
}


def qualified(text: str, begin: int) -> tuple[int, list[Kind]]:
    """Return where the qualifiers before a number begin, and what they are, the outermost last."""
    kinds: list[Kind] = []
    floor = max(0, begin - 40)
    while len(kinds) < 6:  # noqa: PLR2004 - nobody stacks more
        words = [*_LEFT_WORD.finditer(text, floor, begin)][-_LONGEST:]
        starts = (word.start() for word in words)
        here = next((at for at in starts if text[at:begin].strip().casefold() in _QUALIFIERS), None)
        if here is None:
            return begin, kinds
        kinds.append(_QUALIFIERS[text[here:begin].strip().casefold()])
        begin = here
    return begin, kinds


def precision_of(kinds: list[Kind], number: Number) -> ClaimPrecision:
    """Return what stacked qualifiers come to: a bound wins over `about`, that over the form of the number."""
    for wins in ("at_most", "at_least", "about", "exact"):
        if wins in kinds:
            return wins
    return "rounded" if number.scale > 1 or number.value % 100 == 0 else "exact"


# --- what is counted

_PERSONS = _words(
    """people; persons; individuals; customers; clients; consumers; users; members; subscribers;
    patients; passengers; travellers; travelers; guests; visitors; flyers; employees; workers;
    contractors; staff; personnel; students; pupils; teachers; parents; children; minors; alumni;
    citizens; residents; taxpayers; voters; drivers; donors; applicants; candidates; borrowers;
    policyholders; cardholders; beneficiaries; shoppers; buyers; households; families; enrollees;
    claimants; homeowners; investors; depositors; players; gamers; viewers; victims; adults; women;
    men; veterans; participants; volunteers; pensioners; retirees; recipients; tenants; payers;
    americans; australians; canadians; britons; europeans"""
)
HELD = _words(
    """records; accounts; emails; profiles; files; documents; rows; entries; transactions; photos;
    devices; phones; cards; passports; contacts; identities; credentials; passwords"""
)
_UNITS = {**{word: word for word in (*_PERSONS, *HELD)}, "persons": "people", "e-mails": "emails"}
_STOPS = frozenset(
    _words(
        """were; was; are; is; be; been; being; had; have; has; having; who; whom; whose; that; which; of;
            in; on; at; to; from; by; with; for; as; but; their; its; his; her; our; your; my; the; a; an;
            after; before; when; while; may; could; can; would; will; might; should; not; no; including;
            across; during; under; per; into; out; since; until; because; if; so; than; then; this; these;
            those; it; they; he; she; we; did; does; do; said; says; only; just; also; both; between;
            through; within; without; via; about; against; following; plus; versus; each; every;
        lost; saw; got; gave; received; faced; appeared; contained; included"""
    )
)
_WORD = re.compile(r"([ -])([^\W\d_]\w*(?:[-&]\w+)*)(['\u2019]s?(?![^\W_]))?")
_OWN = re.compile(
    r" of (?:(?:its|their|our|his|her|your)|[^\W\d_][\w-]*['\u2019]s|the [^\W\d_][\w-]*['\u2019]s)(?= )",
    re.IGNORECASE,
)
_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_MONTH_AFTER = re.compile(rf"(?: of)? {_MONTHS}", re.IGNORECASE)
_BEFORE_LABEL = re.compile(
    rf"(?:\b{_MONTHS}\.?|\b(?:page|section|chapter|figure|table|step|phase|stage|version|v|no\.|number|article|level|tier|"
    r"flight|day|week|room|line|port|error|code|appendix|grade|top|aged?|rule|ticket|case|item|group|team|class))\s*$",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"(?:^|[\s(\"'])([A-Z][\w.+-]*) $")
_FUNCTION = _words(
    "the; all; of; in; these; those; and; for; only; an; a; its; at; but; with; our; their; another"
)
_MODIFIERS = 5
_REACHED = _words(
    """affected; impacted; exposed; compromised; stolen; leaked; hit; potentially; possibly; worldwide;
    globally; nationwide"""
)
_Follows = Literal["unit", "nothing", "other"]


@dataclass(frozen=True)
class Quantity:
    """A number that counts something, with its qualifiers."""

    value: int
    precision: ClaimPrecision
    unit: str | None
    """The noun, plural, lower case; None where none of a reach follows directly."""
    begin: int
    end: int
    """From the first qualifier to the end of the unit, as a span of the text."""
    text: str
    """The number as written, without qualifiers and unit."""
    at: int
    """Where the number itself begins."""
    hedged: bool
    """Whether one of its qualifiers is `potentially` or the like."""
    large: bool
    """Whether it is written as a large number: with a scale word, a group of digits, or five digits."""


def quantities(text: str) -> list[Quantity]:
    """Return the numbers of a text that count people, records and the like, in order; a range as two.

    Left out are years, dates, times, versions, shares, money, telephone numbers, and numbers that count
    anything else. A number without a noun is returned if it is large and no other noun follows it.

    >>> [(each.value, each.precision, each.unit) for each in quantities("up to six million people")]
    [(6000000, 'at_most', 'people')]
    """
    return [quantity for number in numbers_in(text) for quantity in _quantity(text, number)]


def _quantity(text: str, number: Number) -> list[Quantity]:
    """Return what a number counts; nothing where it is no count."""
    large = number.scale > 1 or not number.plain or number.value >= 10_000  # noqa: PLR2004 - no year
    after = _AFTER.match(text, number.end)
    follows, unit, end = _unit(text, after.end() if after else number.end)
    if follows == "other" or (unit is None and not large) or not _may_count(text, number, large=large):
        return []
    late = (_AFTER.match(text, end) if unit else None) or after
    begin, kinds = qualified(text, number.begin)
    if late:
        kinds.append(_AFTER_KIND.get(late[0].strip().lower(), "at_least"))
    known_only = Quantity(
        value=int(number.value),
        precision=precision_of(kinds, number),
        unit=unit,
        begin=begin,
        end=max(end, late.end() if late else 0),
        text=text[number.begin : number.end],
        at=number.begin,
        hedged="hedge" in kinds,
        large=large,
    )
    if number.top is None:
        return [known_only]
    return [
        replace(known_only, precision="at_least"),
        replace(known_only, value=int(number.top), precision="at_most"),
    ]


def _may_count(text: str, number: Number, *, large: bool) -> bool:
    """Say whether a number can be a count at all, by its form and its neighbours."""
    if number.value != int(number.value) or (number.top is not None and number.top != int(number.top)):
        return False
    if number.scale == 1 and number.value < 100 and text[number.begin].isalpha():  # noqa: PLR2004
        return False  # "two customers said" is talk more often than a figure
    if number.value < 2 or currency(text, number):  # noqa: PLR2004 - one of anything is an example
        return False
    if not number.plain or number.scale > 1:
        return True
    before = text[max(0, number.begin - 40) : number.begin]
    # A year, a day of a month, the number of a page.
    if 1900 <= number.value < 2100 or _MONTH_AFTER.match(text, number.end) or _BEFORE_LABEL.search(before):  # noqa: PLR2004
        return False
    # The number in "Windows 10".
    name = _NAME_BEFORE.search(before)
    return large or name is None or name[1].lower() in _FUNCTION or name[1].lower() in _QUALIFIER_ENDS


_QUALIFIER_ENDS = frozenset(phrase.split()[-1] for phrase in _QUALIFIERS)


def _unit(text: str, begin: int) -> tuple[_Follows, str | None, int]:
    """Return whether a noun of a reach follows, the unit, and where it ends."""
    own = _OWN.match(text, begin)
    at = own.end() if own else begin
    last, strange = "", False
    for place in range(_MODIFIERS):
        found = _WORD.match(text, at)
        word = found[2].lower() if found else ""
        if found is None or word in _STOPS:
            return ("other" if strange else "nothing"), None, begin
        if unit := unit_of(last, word, hyphened=place == 0 and found[1] == "-"):
            if word not in {"staff", "personnel"} or not _goes_on(text, found.end()):
                return "unit", unit, found.end(2)
        elif _is_other_plural(found[2]) or found[3] == "'":
            return "other", None, begin
        last, at, strange = word, found.end(), strange or word not in _REACHED
    return "other", None, begin


def unit_of(last: str, word: str, *, hyphened: bool) -> str | None:
    """Return the unit of a noun, with the word before it; None where it is none."""
    if word in {"addresses", "address"}:
        return "emails" if last in {"email", "e-mail", "mail"} and word == "addresses" else None
    if word == "numbers" and last in {"phone", "telephone", "passport", "card", "account"}:
        return f"{last} numbers"
    if word == "holders":
        return f"{last} holders" if last else None
    if hyphened and f"{word}s" in _UNITS:
        return _UNITS[f"{word}s"]
    return _UNITS.get(word)


def _goes_on(text: str, begin: int) -> bool:
    """Say whether a noun that is like a plural goes on as `staff records` does."""
    found = _WORD.match(text, begin)
    return found is not None and found[2].lower() in _UNITS


def _is_other_plural(word: str) -> bool:
    """Say whether a word looks like a plural that is no unit: `servers`, `countries`."""
    return (
        word.endswith("s")
        and not word.endswith(("ss", "us", "is"))
        and not word[0].isupper()
        and word != "sales"
    )


# --- money

_SYMBOLS = {
    "us$": "USD",
    "$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "nz$": "NZD",
    "c$": "CAD",
    "ca$": "CAD",
    "hk$": "HKD",
    "s$": "SGD",
    "r$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
}
CODES = _words(
    """USD; AUD; NZD; CAD; HKD; SGD; BRL; EUR; GBP; JPY; INR; CHF; CNY; KRW; SEK; NOK; DKK; ZAR; MXN"""
)
_NAMES = {
    **dict.fromkeys(("us dollars", "u.s. dollars", "dollars"), "USD"),
    "australian dollars": "AUD",
    "new zealand dollars": "NZD",
    "canadian dollars": "CAD",
    "yen": "JPY",
    "euros": "EUR",
    "euro": "EUR",
    "pounds sterling": "GBP",
    "pounds": "GBP",
    "rupees": "INR",
    "swiss francs": "CHF",
    "yuan": "CNY",
}
_CURRENCIES = {**_SYMBOLS, **{code.lower(): code for code in CODES}, **_NAMES}
_MONEY_BEFORE = re.compile(
    rf"(?<!\w)(?:(?:US|AU?|NZ|CA?|HK|S|R)?[$]|[€£¥₹]|(?:{'|'.join(CODES)})) ?$",
    re.IGNORECASE,
)
_MONEY_AFTER = re.compile(rf"[ -](?:{'|'.join(map(re.escape, (*_NAMES, *CODES)))})\b", re.IGNORECASE)


def currency(text: str, number: Number) -> tuple[str, int, int] | None:
    """Return the currency of an amount and the span of amount and currency; None where it is no money."""
    before = _MONEY_BEFORE.search(text[max(0, number.begin - 5) : number.begin])
    if before:
        written = before[0].strip().lower()
        return _CURRENCIES[written], number.begin - len(before[0]), number.end
    after = _MONEY_AFTER.match(text, number.end)
    return (_CURRENCIES[after[0][1:].lower()], number.begin, after.end()) if after else None
