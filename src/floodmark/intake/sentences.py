"""Where the sentences of a piece of text begin and end.

A wrong cut can part a figure from its unit or a list from its "not"; a missing cut only makes a long
sentence. So a doubtful place is not cut.
"""

from __future__ import annotations

import re

_END = re.compile(r"(?:[.!?…]+[\"'”’»)\]*_]*(?=\s)|[。！？]+[”』」）]*)")  # noqa: RUF001 - full-width marks end sentences
_OPENING = "\"'“‘«([*_¿¡- "  # noqa: RUF001 - quotation marks as written
_LAST_WORD = re.compile(r"[^\s(\"'“‘\[]+\Z")  # noqa: RUF001 - quotation marks as written
_LONGEST_WORD = 24


def words(listed: str) -> frozenset[str]:
    """Return the words of a list that is parted by blanks."""
    return frozenset(listed.split())


# Never the last word of a sentence: something follows that they belong to.
_OPEN = words(
    """mr mrs ms mx dr prof st mt ft hon rev sen rep gov gen col lt sgt capt cmdr adm supt insp det messrs e.g
    i.e eg ie vs v viz cf approx ca c circa est incl excl esp fig figs sec para ref refs art ver jan feb mar
    apr jun jul aug sep sept oct nov dec"""
)
# The last word only where what follows looks like the beginning of a sentence.
_EITHER = words(
    """inc ltd corp co llc plc pty bros assoc univ dept etc al jr sr a.m p.m am pm u.s u.k u.n e.u u.s.a u.a.e
    n.z d.c l.a b.a m.a ph.d b.sc m.sc nasd no nos"""
)
_STARTERS = words(
    """a an the this that these those it its he she they we you i his her their our your there here in on at
    by for from with without under over after before during since until while when where what who why how if
    as although though because and but or so yet however meanwhile moreover furthermore additionally also no
    not none nothing some all both each every most many several more another other others according despite
    once then thus earlier later last next customers attackers hackers threat investigators"""
)


def split(text: str) -> list[tuple[int, int]]:
    """Return begin and end of each sentence of `text`, in order, without blanks at the ends.

    `text` has one blank for each run of blanks. Takes linear time.

    >>> text = "It took 5.7 million. X Corp. said so, e.g. twice?! Yes."
    >>> [text[begin:end] for begin, end in split(text)]
    ['It took 5.7 million.', 'X Corp. said so, e.g. twice?!', 'Yes.']
    """
    found: list[tuple[int, int]] = []
    begin = _skip(text, 0)
    for mark in _END.finditer(text):
        if mark.start() >= begin and _ends(text, begin, mark):
            found.append((begin, mark.end()))
            begin = _skip(text, mark.end())
    end = len(text.rstrip())
    if begin < end:
        found.append((begin, end))
    return found


def _skip(text: str, place: int) -> int:
    """Return the first place from `place` on that is not blank."""
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _ends(text: str, begin: int, mark: re.Match[str]) -> bool:
    """Say whether a sentence that began at `begin` ends at this mark."""
    if mark[0][0] in "。！？":  # noqa: RUF001 - full-width marks
        return True
    follows = _follows(text, mark.end())
    if not follows:
        return True
    if not (follows[0].isupper() or follows[0].isdigit() or not follows[0].isascii()):
        return False
    if mark[0][0] != "." or mark[0].startswith(".."):
        return follows[0].isupper() or not mark[0].startswith((".", "…"))
    return _full_stop_ends(text, begin, mark.start(), follows)


def _follows(text: str, place: int) -> str:
    """Return the word after `place`, without the quotation marks and brackets before it."""
    last = min(len(text), place + _LONGEST_WORD)
    while place < last and text[place] in _OPENING:
        place += 1
    end = place
    while end < last and (text[end].isalnum() or text[end] in "'’"):  # noqa: RUF001 - apostrophe as written
        end += 1
    return text[place : max(end, min(place + 1, last))]


def _full_stop_ends(text: str, begin: int, stop: int, follows: str) -> bool:
    """Say whether the single full stop at `stop` ends a sentence and not only a short form."""
    found = _LAST_WORD.search(text[max(begin, stop - _LONGEST_WORD) : stop])
    if found is None:
        return True
    word, starts = found[0], follows.casefold() in _STARTERS
    folded = word.casefold()
    if folded in _OPEN:
        return False
    if folded in {"no", "nos"}:
        return not follows[0].isdigit()
    if folded in _EITHER or (len(word) == 1 and word.isupper()):
        return starts
    number_of_item = word.isdigit() and stop - len(word) == begin
    return not number_of_item
