"""How many were reached, and what it cost: `impact.count` and `impact.financial`.

A number becomes a count only where it counts people or their data and its sentence speaks of reach.
The size of an organisation, another incident, a negated or a usual number are left out: a wrong count is
worse than a missing one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property

from floodmark.intake.figures import (
    CODES,
    HELD,
    Quantity,
    currency,
    is_numbered,
    numbers_in,
    precision_of,
    qualified,
    quantities,
    unit_of,
)
from floodmark.intake.page import Blank, Block, Draft, Page, Sentence
from floodmark.intake.sections import is_wished, parts_of
from floodmark.intake.stance import has_any, is_inferred, is_speculative, is_unstated
from floodmark.models import ClaimPrecision
from floodmark.snapshot.categories import known, synonyms

__all__ = ["Quantity", "is_elsewhere", "quantities", "rule", "speaker"]

# --- money

_MONEY = (*"$€£¥₹", "dollar", "euro", "pound", "yen", "rupee", "franc", "yuan", *map(str.lower, CODES))
_MONEY_WORDS = re.compile(
    r"\b(?:cost|fine|ransom|settle|loss|penalt|damages|compensat|expens|charge|write-off|extort|impact)\w*|\b(?:paid|pay|lost)\b",
    re.IGNORECASE,
)
_OTHER_MONEY = re.compile(
    r"\b(?:revenues?|turnover|valued|capitali[sz]\w+|worth|sales|profits?|acqui\w+|funding|budget\w*|bounty|invest\w*|annual)\b"
    r"[^.,;]{0,40}$",
    re.IGNORECASE,
)
_NO_MONEY = re.compile(
    r"\b(?:not|never|no|refus\w+|declin\w+|den(?:y|ies|ied)|average|may|maximum|potential\w*|without|avoid\w*)\b|n't\b",
    re.IGNORECASE,
)
_BUT = re.compile(r",? but ", re.IGNORECASE)


def _financial(sentence: Sentence, *, about: bool) -> Iterator[Draft | Blank]:
    """Yield what a sentence says of money; `about` where its part of the report is about money."""
    text = sentence.text
    if about and is_unstated(text):
        yield from _unstated_cost(sentence)
        return
    drafts = (
        [*_amounts(sentence)]
        if is_numbered(text) and _is_money(text) and not _is_no_cost(text, about=about)
        else []
    )
    yield from drafts
    if about and not drafts and text and (is_inferred(text) or not is_speculative(text)):
        yield Draft(
            path="impact.financial",
            value=text,
            span=sentence.span(0, len(text)),
            modality="inferred" if is_inferred(text) else "asserted",
            stated_by=speaker(text),
        )


def _is_money(text: str) -> bool:
    """Say whether a text can have an amount of money."""
    return has_any(text.lower(), _MONEY)


def _unstated_cost(sentence: Sentence) -> Iterator[Draft | Blank]:
    """Yield `not specified` as unknown, and what follows a `but` where the report says that it implies it."""
    text = sentence.text
    but = _BUT.search(text)
    implied = but is not None and is_inferred(text[but.end() :]) and not is_unstated(text[but.end() :])
    if but is None or not implied or but.start() == 0:
        yield Blank("impact.financial", sentence.span(0, len(text)))
        return
    yield Blank("impact.financial", sentence.span(0, but.start()))
    words = text[but.end() :]
    yield Draft("impact.financial", words, sentence.span(but.end(), len(text)), modality="inferred")


def _is_no_cost(text: str, *, about: bool) -> bool:
    """Say whether a sentence cannot state a cost of this incident."""
    spoken = about or _MONEY_WORDS.search(text) is not None
    return not spoken or is_speculative(text) or is_unstated(text) or is_elsewhere(text)


def _amounts(sentence: Sentence) -> Iterator[Draft]:
    """Yield the amounts of money in a sentence about cost."""
    text, said_by = sentence.text, ""
    for number in numbers_in(text):
        money = currency(text, number)
        left = text[max(0, number.begin - 60) : number.begin]
        if money is None or _OTHER_MONEY.search(left) or _NO_MONEY.search(left):
            continue
        said_by = said_by or speaker(text[:_NEAR])
        begin, kinds = qualified(text, money[1])
        precision = precision_of(kinds, number)
        ends: list[tuple[Decimal, ClaimPrecision]] = [(number.value, precision)]
        if number.top is not None:
            ends = [(number.value, "at_least"), (number.top, "at_most")]
        for value, bound in ends:
            yield Draft(
                path="impact.financial",
                value=int(value) if value == int(value) else float(value),
                span=sentence.span(begin, money[2]),
                unit=money[0],
                precision=bound,
                detail={"text": text[money[1] : money[2]]},
                stated_by=said_by,
            )


# --- counts of what was reached

# "May" with a capital is a month more often than a guess.
_HEDGE = re.compile(r"\b(?:[Pp]otential(?:ly)?|[Pp]ossibl[ey]|[Pp]erhaps|may|might|could)\b")
_IMPACT = re.compile(
    r"""\b(?:affect|impact|compromis|expos|stole|steal|theft|leak|exfiltrat|victim|breached|scrap(?:ed|ing)|hacked|notif)\w*
      |\bbreach\s(?:of|involving|that)\b
      |\b(?:data|information|details|records|accounts?|files|emails|names|addresses)\s(?:of|belonging\sto)\b
      |\b(?:taken|obtained|copied|downloaded|extracted|harvested|accessed|caught\sup|hit|hitting|involv(?:ed|ing))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SPOKEN = re.compile(r"\b(?:affect|impact|compromis|expos|victim)\w*|\bhit(?:ting)?\b", re.IGNORECASE)
_REACHING = (
    r"(?:affect|impact|compromis|expos|stole|steal|leak|exfiltrat|breach|hit|access|tak|target|involv|includ)"
)
_GOVERNED = re.compile(
    rf"{_REACHING}\w*\s$|\b(?:data|information|details|records)\s(?:of|from|on|belonging to)\s$",
    re.IGNORECASE,
)
# Directly before the number: how large an organisation is, not how far a breach reached.
_SIZE = re.compile(
    r"""\b(?:serv(?:es?|ed|ing)|has|have|having|had|employ(?:s|ed|ing)?|carr(?:y|ies|ied|ying)|fl(?:y|ies|ew|ying)
      |operat(?:es?|ing|ed)|boast(?:s|ed|ing)?|with|manag(?:es?|ed|ing)|insur(?:es?|ed|ing)|cover(?:s|ed|ing)?
      |represent(?:s|ing)?|transport(?:s|ed|ing)?|support(?:s|ed|ing)?|handl(?:es?|ed|ing)|process(?:es|ed|ing)?
      |used\sby|home\sto|base\sof|workforce\sof|team\sof|membership\sof|network\sof|population\sof|services?\sto
      |hir(?:es?|ed|ing)|laid\soff|cut(?:ting)?|sack(?:ed|ing)?|train(?:ed|ing)|hold(?:s|ing)?|held|stor(?:es?|ed|ing)
      |contain(?:s|ed|ing)?|hosts?|hous(?:es|ed|ing)|keeps?|kept|counts|sold|gained|lost|lose)\s
      (?:(?:to|the|its|their|our|personal|customer|data|information|records|details|accounts?|\w+ly)\s){0,3}
      (?:(?:of|on|for|about|from|belonging\sto)\s)?$""",
    re.IGNORECASE | re.VERBOSE,
)
_TROVE = re.compile(
    r"\b(?:database|data ?set|file|dump|archive|table|list|bucket|trove|cache|haul|backup|sample)s?\b",
    re.IGNORECASE,
)
# Directly before the number: it is the whole that something else is a part of, or it is denied.
_NOT_IT = re.compile(
    r"""(?:\b(?:some|many|most|part|few|several|none|any|half|third|quarter|fraction|share|portion|percentage|one|out)
        |%|\bper\s?cent|\d|\b(?:hundred|thousand|million|billion))\sof\s
        (?:(?:the|its|their|our|his|all|a\stotal\sof)\s)?(?:[\w-]+['\u2019]s?\s)?$
      |\b(?:up|down)\sfrom\s(?:the\s|its\s)?(?:\w+\s)?$
      |\bnot(?:\sthe)?\s$|\bnever\s$|\brather\sthan\s$|\binstead\sof\s$|\bhow\smany\b[^.;]{0,80}$|\bwhether\b[^.;]{0,80}$""",
    re.IGNORECASE | re.VERBOSE,
)
# Earlier in the sentence: it did not happen, is usual, or is only supposed.
_UNREAL = re.compile(
    rf"""\b(?:den(?:y|ies|ied)|refut\w+|reject\w+|disput\w+|false(?:ly)?|incorrect\w*|no\s(?:evidence|indication|sign))\b
      |\b(?:did|does|do|was|were|is|are|has|have)(?:\snot|n['\u2019]t)\s(?:\w+\s)?{_REACHING}\w*\b[^,;]{{0,60}}$
      |\b(?:typical(?:ly)?|usual(?:ly)?|generally|commonly|often|average|would|should|if|ahead|imagine)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT_REACHED = re.compile(
    rf"^[^,;:.()]{{0,80}}?(?:\b(?:not|never)|n['\u2019]t)\s(?:\w+\s){{0,2}}{_REACHING}|^\s(?:\w+\s){{0,2}}(?:unaffected|safe\b|secure\b)",
    re.IGNORECASE,
)
_AFFECTED = re.compile(r"\b(?:affected|impacted)\b", re.IGNORECASE)
_RATE = re.compile(
    r"\s(?:a|per|each|every)\s(?:year|day|month|week|hour|annum)\b|\s(?:annually|daily|monthly|strong)\b",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"\s(?:in|of)\s(?:fines?|costs?|damages|loss(?:es)?|revenue|ransom|cash|sales|data)\b|\s(?:times|dollars)\b",
    re.IGNORECASE,
)
_REACHED_AFTER = re.compile(
    r"""\s(?:(?:who|that|which|were|was|are|is|have|has|had|been|being|be|may|might|could|potentially|possibly|also
        |reportedly|directly|believed|thought|to|whose|personal|data|information|details|records|accounts?)\s){0,7}
      (?:affected|impacted|compromised|exposed|stolen|leaked|breached|hit)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_INCIDENT = r"(?:breach|incident|attack|hack|leak|compromise|intrusion)\w*"
_OTHERS = re.compile(
    rf"""\b(?:similar(?:ly)?|unlike|in\scontrast|compar(?:ed|ison|able)|reminiscent|last\syear)\b
      |\b(?:previous|prior|past|earlier|separate|another|other|related|different|unrelated|historic)\s(?:\w+\s){{0,2}}{_INCIDENT}
      |\byears?\s(?:ago|earlier)\b|\blargest\b|\bbiggest\b|\bhistory\b""",
    re.IGNORECASE | re.VERBOSE,
)
_OTHERS_WORDS = (
    "similar", "unlike", "contrast", "compar", "reminiscent", "last", "previous", "prior", "past", "earlier",
    "separate", "other", "related", "different", "historic", "ago", "largest", "biggest", "history",
)  # fmt: skip
"""One of them is in every text in which the expression finds something."""
_NAMED_YEAR = re.compile(r"(?:19|20)(?<!\w..)\d\d(?!\w)")
_BEFORE_YEAR = re.compile(r"\b(?:in|the|its|of|by)\s(?:\w{3,9}\s)?$", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\w.,:/-])(20\d\d)(?![\w:/]|[.,-]\d)")
_PART = re.compile(
    r"""(?:^|[,;:(\u2014\u2013-]\s?|\b(?:and|but)\s)(?:of|among|amongst|within|from|for)\s(?:whom|which|them)\b
      |(?:^|[;:(]\s?|\b(?:and|but)\s|,\s)(?:of|among|amongst)\s
        (?:these|those|the|this|that|all|its|our|their)\b[^;]{0,120},
      |\b(?:including|among\sthem|of\swhich|of\swhom|remaining|remainder|further|another|additional|other
        |the\srest|subset\sof|group\sof)\s$""",
    re.IGNORECASE | re.VERBOSE,
)
_PART_AFTER = re.compile(r"\s(?:of\s(?:whom|which|them|these|those)\b|other\b|more\b)", re.IGNORECASE)
_SOME_OF = re.compile(
    r"\s(?:of\s(?:whom|which|them|these|those|the|its|their|our|all)\b|other\b|more\b)", re.IGNORECASE
)
_WHOLE_AFTER = re.compile(r" of (?:the|its|their|our|these|those|all)(?: total)? $", re.IGNORECASE)
_LEAD = re.compile(
    r"\b(?:of|among|within|for)\s(?:these|those|them|the|this|that|all|its|our)\b|\bbreakdown\b|\bsubset",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(
    r"\b(?:number|count|total)\sof\s((?:[\w'\u2019-]+\s){1,8})(?:(?:is|was|at|to|as|stands|of|now|currently|reached|reach|rose|rises|grew)\s){1,3}$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;:.!?](?=\s)")
_HOW_MANY = re.compile(
    r"[Hh]ow many (?:\w+ ){0,4}(?:people|persons|customers|individuals|users|records|accounts)\b"
)
_TOTAL_LABEL = re.compile(r"\b(?:number|how many|count|total)\b", re.IGNORECASE)
_ELSEWHERE = frozenset({"related", "actor", "indicators"})
_REACH_PARTS = frozenset({"data", "exfiltration", "impact"})
_NEAR = 120


def rule(page: Page) -> Iterator[Draft | Blank]:
    """Yield the counts of people and data reached, and the money it cost, in the order of the text."""
    newest = _newest_year(page)
    lead: Block | None = None
    for block in page.blocks:
        if not is_wished(block):
            listed = block.kind == "item" and lead is not None
            yield from _of_block(block, newest, lead.sentences[-1] if listed and lead else None)
        if block.kind != "item":
            lead = block if block.sentences and block.sentences[-1].text.endswith(":") else None


def is_elsewhere(text: str) -> bool:
    """Say whether a sentence speaks of another incident than the one that the report is about."""
    return has_any(text.lower(), _OTHERS_WORDS) and _OTHERS.search(text) is not None


def _newest_year(page: Page) -> int:
    """Return the year of publication; the latest year that the text names where it is not known."""
    if page.published_on:
        return page.published_on.year
    return max((int(found[1]) for found in _YEAR.finditer(page.text)), default=0)


def _of_block(block: Block, newest: int, lead: Sentence | None) -> Iterator[Draft | Blank]:
    """Yield what one block says of counts and money."""
    parts = parts_of(block)
    about = parts[:1] == ("financial",)
    units: set[str | None] = {each.unit for each in quantities(lead.text) if each.unit} if lead else set()
    divided = lead is not None and _LEAD.search(lead.text) is not None
    for sentence in block.sentences:
        drafts: list[Draft | Blank] = [*_financial(sentence, about=about)]
        if not _ELSEWHERE.intersection(parts[:1]):
            drafts += _unstated_count(sentence)
            if is_numbered(sentence.text):
                drafts += _Counting(sentence, newest, units, divided=divided).drafts()
        if drafts:
            units |= {
                each.unit for each in drafts if isinstance(each, Draft) and each.path == "impact.count"
            } - {None}
            yield from sorted(drafts, key=lambda each: each.span)


def _unstated_count(sentence: Sentence) -> list[Draft | Blank]:
    """Return how many as unknown where the sentence says so."""
    label = sentence.block.label
    counted = label and _TOTAL_LABEL.search(label) is not None and _label_unit(label) is not None
    if (
        (counted or ("ow many " in sentence.text and _HOW_MANY.search(sentence.text)))
        and is_unstated(sentence.text)
        and not quantities(sentence.text)
    ):
        return [Blank("impact.count", sentence.span(0, len(sentence.text)))]
    return []


def _label_unit(label: str) -> str | None:
    """Return the unit that a label names, the last one: `Customer records exposed`."""
    words = re.findall(r"[\w'\u2019-]+", label.lower())
    found = [
        unit
        for last, word in zip(["", *words], words, strict=False)
        if (unit := unit_of(last, word, hyphened=False))
    ]
    return found[-1] if found else None


@dataclass(frozen=True)
class _Counting:
    """One sentence, and what is known from around it."""

    sentence: Sentence
    newest: int
    units: set[str | None]
    """Units counted before in the same block or the words that lead to its list."""
    divided: bool
    """Whether the block is an item of a list whose lead divides a whole."""

    def drafts(self) -> Iterator[Draft]:
        """Yield the counts of the sentence that are a reach."""
        text = self.sentence.text
        found = quantities(text)
        if not found or self._is_elsewhere():
            return
        units = set(self.units)
        for place, quantity in enumerate(found):
            # The ends of a range are two with one quote.
            after = next((each for each in found[place + 1 : place + 3] if each.begin > quantity.begin), None)
            part = self._is_part(quantity)
            each = self._with_unit(quantity, after, units)
            units |= {each.unit} - {None}
            spoken = each.unit is not None or part or self._speaks
            if spoken and self._is_reach(each, part=part):
                yield self._draft(each, text[each.end : after.begin if after else len(text)], part=part)

    def _is_elsewhere(self) -> bool:
        """Say whether the sentence speaks of another incident, or of another year's."""
        text = self.sentence.text
        if is_elsewhere(text):
            return True
        return any(
            int(found[0]) < self.newest
            and _BEFORE_YEAR.search(text, max(0, found.start() - 20), found.start())
            for found in _NAMED_YEAR.finditer(text)
        )

    # What is asked of the whole sentence is asked once, however many numbers it has.

    @cached_property
    def _speaks(self) -> bool:
        """Whether the sentence or its label says that somebody was affected."""
        return _SPOKEN.search(f"{self.sentence.block.label} {self.sentence.text}") is not None

    @cached_property
    def _tells_of_reach(self) -> bool:
        """Whether the sentence, its label or the part of the report is about what was reached."""
        block = self.sentence.block
        spoken = _IMPACT.search(f"{block.label} {self.sentence.text}")
        return spoken is not None or bool(_REACH_PARTS.intersection(parts_of(block)[:1]))

    @cached_property
    def _speaker(self) -> str:
        """Who says so."""
        return speaker(self.sentence.text)

    def _with_unit(self, quantity: Quantity, whole: Quantity | None, units: set[str | None]) -> Quantity:
        """Return a quantity with the unit that its sentence, its label or its whole gives it."""
        text = self.sentence.text
        if quantity.unit:
            return quantity
        if whole and _WHOLE_AFTER.fullmatch(text, quantity.end, whole.begin):
            return replace(quantity, unit=whole.unit)
        counted = _NUMBER_OF.search(text[max(0, quantity.begin - _NEAR) : quantity.begin])
        unit = _label_unit(counted[1]) if counted else _label_unit(self.sentence.block.label)
        if unit is None and self._is_part(quantity) and len(units) == 1:
            unit = next(iter(units))
        return replace(quantity, unit=unit)

    def _is_part(self, quantity: Quantity) -> bool:
        """Say whether a number counts a part of a whole named before."""
        text = self.sentence.text
        left = text[max(0, quantity.begin - _NEAR) : quantity.begin]
        return self.divided or _PART.search(left) is not None or self._is_of_whole(quantity)

    def _is_of_whole(self, quantity: Quantity) -> bool:
        """Say whether the words behind a number say that it is of a whole: `3 million of its customers`."""
        after = _PART_AFTER if quantity.unit else _SOME_OF
        return after.match(self.sentence.text, quantity.end) is not None

    def _is_reach(self, quantity: Quantity, *, part: bool) -> bool:
        """Say whether a number counts what the breach reached."""
        text = self.sentence.text
        left, right = (
            text[max(0, quantity.begin - _NEAR) : quantity.begin],
            text[quantity.end : quantity.end + _NEAR],
        )
        if _NOT_IT.search(left) and not (part or _AFFECTED.search(text[quantity.at : quantity.end])):
            return False
        clause = _CLAUSE.split(left)[-1]
        if (
            _UNREAL.search(clause)
            or _NOT_REACHED.match(right)
            or _RATE.match(right)
            or _NO_PERSON.match(right)
        ):
            return False
        direct = _REACHED_AFTER.match(right) is not None
        if not quantity.large and quantity.value < 100 and not (direct or self._governed(left)):  # noqa: PLR2004
            return False
        if _SIZE.search(left) and not (direct or part or self._in_trove(quantity, left)):
            return False
        return part or self._tells_of_reach

    def _governed(self, left: str) -> bool:
        """Say whether words of reach stand directly before a small number."""
        return _GOVERNED.search(left) is not None

    def _in_trove(self, quantity: Quantity, left: str) -> bool:
        """Say whether records are the content of a file or database that the sentence says was taken."""
        return quantity.unit in HELD and _TROVE.search(left) is not None and self._tells_of_reach

    def _draft(self, quantity: Quantity, after: str, *, part: bool) -> Draft:
        """Return the draft of a count; `after` is what the sentence says behind it, before the next one."""
        text = self.sentence.text
        before = text[max(0, quantity.begin - _NEAR) : quantity.begin]
        detail = {"role": "part" if part else "total", "text": quantity.text}
        if part and (names := _categories(after)):
            detail["of"] = names
        if quantity.hedged or _HEDGE.search(_CLAUSE.split(before)[-1]):
            detail["hedge"] = "potential"
        return Draft(
            path="impact.count",
            value=quantity.value,
            span=self.sentence.span(quantity.begin, quantity.end),
            unit=quantity.unit,
            precision=quantity.precision,
            modality="inferred" if is_inferred(before[-40:]) else "asserted",
            detail=detail,
            stated_by=self._speaker,
        )


# --- what a part had

_HAD = re.compile(
    r"^(?:\s\w+){0,4}?\s(?:had|have|has|with|contained?|included?|includes|limited to|only|whose|exposed)\s"
    r"(?:only\s|just\s|both\s)?([^.;:()]+)",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|as well as|plus|&)\s+|\s*/\s*")
_SURPLUS = re.compile(
    r"^(?:(?:their|the|a|an|his|her|only|just|both|personal|customer|customers?['\u2019]s?)\s)+|\s(?:only|exposed|taken|stolen|compromised|details?|data|information)\b.*$",
    re.IGNORECASE,
)


@cache
def _names() -> dict[str, str]:
    """Return every word for a category, blanks between its words, with the short name."""
    return {
        word.replace("_", " "): name
        for word, name in [*synonyms().items(), *((each, each) for each in known())]
    }


def _categories(after: str) -> str:
    """Return the categories that a part of a count had, sorted, by comma; empty where one cannot be read."""
    found = _HAD.match(after)
    if not found:
        return ""
    names: set[str] = set()
    for piece in _AND.split(found[1].strip(" ,")):
        name = _category(_SURPLUS.sub("", piece.strip().lower()))
        if name is None:
            return ""
        names.add(name)
    return ",".join(sorted(names))


def _category(words: str) -> str | None:
    """Return the short name of a category in words, singular or plural; None where there is none."""
    plain = words.replace("-", " ").replace("dates of", "date of")
    tries = (plain, plain.removesuffix("s"), plain.removesuffix("es"))
    return next((_names()[each] for each in tries if each in _names()), None)


# --- who says so

_SAID = re.compile(
    r"^((?:[Tt]he )?[A-Z][\w&.'\u2019-]*"
    r"(?: (?:of|and|the|for|[A-Z][\w&.'\u2019-]*|group|company|airline|hackers|attackers|regulator)){0,5}) "
    r"(?:has |have |had |also |later |today |publicly |initially |first )?"
    r"(?:said|says|confirm(?:s|ed)|announce[sd]|admit(?:s|ted)|disclose[sd]|"
    r"claim(?:s|ed)?|report(?:s|ed)|told|states?|stated|estimate[sd]|reveal(?:s|ed)|acknowledge[sd]|warn(?:s|ed))\b"
)
_ACCORDING = re.compile(r"\b[Aa]ccording to ((?:the )?[A-Z][\w&.'\u2019-]*(?: [A-Z][\w&.'\u2019-]*){0,4})")
_PRONOUNS = frozenset({"It", "They", "He", "She", "We", "This", "That", "I", "You", "Who", "Investigators"})


def speaker(text: str) -> str:
    """Return who says what a sentence says, where it begins with a name and `said`; else empty."""
    found = _SAID.match(text) or _ACCORDING.search(text)
    if not found or found[1] in _PRONOUNS:
        return ""
    return found[1].removesuffix(".").removesuffix("'s").removesuffix("\u2019s")
