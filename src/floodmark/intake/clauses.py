"""What a sentence says of each kind of data that it names.

1. Words become marks: a category, a verb of taking, holding or including, a word of safety, a negation, a
   hedge, a connector, or nothing known. The longest phrase wins.
2. One pass from left to right. Categories wait until a verb takes them as its subject (`names were taken`),
   or follow an active verb as its objects (`stole names`). A negation in front of a verb turns the verb, one
   in front of a category turns that list (`no passwords`), and words like `no evidence that` turn all up to
   the next boundary.
3. Boundaries are `but`, `while`, `;` and the like; a comma or `and` is one only where a verb follows that
   takes what stands between as its subject. Where a list between two verbs could belong to either, and they
   disagree, its middle is left out.
4. A category that two verbs speak of must be said the same by both. A negation that is not understood, a
   wish, a possibility or a condition leaves it out: silence is better than a wrong `taken`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, Literal, cast, get_args

from floodmark.intake.lexicon import Kind, Mark, marks_of, word_set
from floodmark.intake.verdicts import Scope, Sign, Spot, Verb, divided, through

_HELD_ANYWAY = re.compile(
    r"plain[- ]?text|clear text|in (?:the )?clear|unencrypted|readable form|unhashed", re.IGNORECASE
)


class Reader:
    """One pass over the marks of a sentence; afterwards `spots` say what is said of each category."""

    def __init__(self, marks: list[Mark], text: str) -> None:
        self.marks = marks
        self.text = text
        self.spots: list[Spot] = []
        self.pending: list[Spot] = []
        self.objects: list[Spot] = []
        self.subject: list[Spot] = []
        self.active: Verb | None = None
        self.last: Verb | None = None
        self.generic = False
        self.stack: list[tuple[list[Spot], Verb | None, list[Spot], Scope]] = []
        self.scope = Scope()
        self.own: Mark | None = None
        self.own_state: Literal["new", "far", "used"] = "used"
        self.carried: list[Mark] = []
        self.partner: Verb | None = None
        self.before = ""
        self.flip: Mark | None = None
        self.link = False
        self.only = False
        self.sep = ""
        self.noun = False
        self.noun_apart = False
        self.related = False
        self.aside = self.held = self.also = False
        self.context = False
        self.has_verb = False
        self.at = 0
        self._fresh_verb()

    def _fresh_verb(self) -> None:
        """Forget what belongs to the verb that has just been read."""
        self.negs: list[Mark] = []
        self.near = False
        self.reach = False
        self.may: Mark | None = None
        self.hedge = ""
        self.would: Mark | None = None
        self.attempt = False
        self.able = False
        self.be: Mark | None = None
        self.fresh = False
        self.had: Mark | None = None
        self.part = False

    def read(self) -> None:
        """Read all marks."""
        if self.marks and self.marks[0].text == "had":
            self.scope.void = True
        for at, mark in enumerate(self.marks):
            self.at = at
            _ON[mark.kind](self, mark)
        while self.stack:
            self._on_close(self.marks[-1])
        self._boundary(keep=False)

    def _next(self, *skipped: Kind) -> Kind | None:
        """Return the kind of the next mark that is none of those."""
        at = self.at + 1
        while at < len(self.marks) and self.marks[at].kind in skipped:
            at += 1
        return self.marks[at].kind if at < len(self.marks) else None

    def _before(self, *skipped: str) -> str:
        """Return the words of the mark in front that are none of those."""
        at = self.at - 1
        while at >= 0 and self.marks[at].text in skipped:
            at -= 1
        return self.marks[at].text if at >= 0 else ""

    # -- categories and words

    def _on_category(self, mark: Mark) -> None:
        if self.near and self.negs and not self.reach:
            self.own, self.negs = self.negs.pop(), []
        self.own_state, self.carried = "used", []
        tied = bool(self.pending and self.pending[-1].linked and self.sep)
        linked = self.link or tied or (self.be is not None and not self.pending and self.generic)
        spot = Spot(mark, self.own, self.flip, self.sep.strip(), linked, self.only)
        self.spots.append(spot)
        (self.pending if self.active is None else self.objects).append(spot)
        self.sep, self.near, self.fresh, self.noun, self.noun_apart = "", False, False, False, False

    def _on_word(self, mark: Mark) -> None:
        self.near = False
        if mark.text.isdigit() or self.part:
            return
        self.carried, self.partner = [], None
        if mark.text == "aside" and self.pending and self.sep == "":
            self.flip = self.pending[-1].flip = mark
            self.scope.front = True
        if self.fresh and mark.text in _STUFF:
            return
        if self.fresh:
            self._unknown_verb()
            if mark.text.endswith(("ed", "en")):
                return
        elif self.negs and not self.reach:
            self._settle_objects()
            self.negs, self.scope.tainted = [], True
        self.noun = True
        self.noun_apart = self.noun_apart or bool(self.sep)

    def _unknown_verb(self) -> None:
        """Close a verb that says nothing about taking: `passwords were reset`."""
        self.has_verb = True
        if self.objects and not self.noun_apart:
            self._divide(Verb(None, []))
        self._settle()
        self.subject, self.pending = self.pending or self.subject, []
        self.own = self.flip = None
        self._fresh_verb()

    def skip(self, mark: Mark) -> None:
        """Read a word that changes little."""
        if mark.text == "in" and self.be is not None and self._next("light") in {"done", "past", "event"}:
            self.part, self.fresh = True, False
        self.also = self.also or (mark.kind == "light" and mark.text in _NOT_ONLY)

    # -- verbs

    def _judge(self, mark: Mark) -> Verb:
        """Return what a verb says, by the negations and hedges in force."""
        scope = self.scope
        extra: tuple[Mark, ...] = ()
        if self.own and self.own_state != "used":
            extra = (*extra, self.own)
            scope.tainted = scope.tainted or self.own_state == "far"
        if not self.negs and self.carried and "and" in self.sep:
            self.negs = self.carried
        self.carried = [*self.negs, *extra]
        against = [
            *self.negs,
            *([scope.evidence] if scope.evidence else []),
            *([scope.false] if scope.false else []),
            *extra,
        ]
        sign: Sign | None = "neg" if against else "pos"
        hedge = self.hedge
        if scope.evidence:
            hedge = "not believed" if scope.evidence.text == "belief" else "no evidence"
        if scope.void or scope.tainted or self.would or self.attempt or len(against) > 1:
            sign = None
        elif scope.unsure and not scope.false:
            sign = "unknown"
        elif self.may is not None:
            sign, hedge = self._hedged(sign, hedge)
        if scope.claim and sign == "pos":
            sign = "unknown"
        if scope.claim and not hedge:
            hedge = "claimed"
        marks = [mark, *against, *([scope.unsure] if scope.unsure else []), *([self.may] if self.may else [])]
        marks += [self.be] if self.be and self.be.begin < mark.begin else []
        verb = Verb(sign, marks, hedge, mark.kind)
        scope.preds.append(verb)
        scope.negated = scope.negated or bool(against)
        self.has_verb = True
        return verb

    def _hedged(self, sign: Sign | None, hedge: str) -> tuple[Sign | None, str]:
        """Return the sign and the hedge of `may have been`, `could not`, `not believed to`."""
        word = self.may.text if self.may else ""
        if sign == "pos":
            return ("unknown" if word in _FEARED else sign), hedge or "potential"
        if word in {"may", "might", "potentially", "possibly", "perhaps", "likely"}:
            return "unknown", hedge
        return sign, hedge or ("" if word == "could" else f"not {word}")

    def _on_done(self, mark: Mark) -> None:
        self.context = True
        follows = self._next("light", "quote", "word") if self._next("light", "quote") == "word" else None
        if self._next("light", "quote") == "category" and self.be is None:
            self._attribute(mark)
        elif (mark.kind == "past" and self.be is None and self._next(*_LEADING) == "category") or (
            self.had and (self.be is None or self.be.begin < self.had.begin)
        ):
            self._on_act(mark)
        elif self.be is None and follows is not None and not self.pending and not self.part:
            self._passive(self._judge(mark), generic=True)
        else:
            verb = self._judge(mark)
            alone = self.be is None and not self.pending and not self.subject
            self._passive(verb)
            self.partner = verb if alone and self._next() in {"comma", "and", "but"} else None

    def _attribute(self, mark: Mark) -> None:
        """Read `stolen names`, or where a subject stands in front `exposed names`."""
        finite = mark.kind == "past" and (self.noun or self.related or self.negs or self.had or self.pending)
        if finite or (mark.kind == "done" and self.had):
            self._on_act(mark)
            return
        verb = self._judge(mark)
        of_use = self._before() == "of" and self.marks[self.at - 2].text == "use"
        tool = of_use or self._before("the", "a", "an", "two", "their", "its") in _TOOLS
        if tool or self.scope.evidence or (self.active is not None and self.active.kind == "other"):
            verb.sign = None
        verb.nested = True
        self._start(verb)

    def _on_act(self, mark: Mark) -> None:
        self.context = True
        verb = self._judge(mark)
        aim = self._before("gain", "obtain", "get", "then", "also", "unauthorised", "unauthorized") == "to"
        gerund = mark.text.endswith("ing") and self.at == 0 and any(each.kind == "be" for each in self.marks)
        if gerund or (aim and not (self.able or self.negs or self.had)):
            verb.sign = None
        verb.nested = self.related or mark.text.endswith((" of", " to", "ing")) or mark.text in _NOUNS
        if mark.text.startswith(("post", "releas")) and self.noun and self._next("light") == "word":
            return
        ends = self._next("light", "quote") in {None, "comma", "stop", "but", "be", "close", "open"}
        if (self.pending or self.related) and ends:
            self._passive(verb)
        else:
            self._start(verb)

    def _start(self, verb: Verb) -> None:
        """Open an active verb: the categories that follow are its objects."""
        self._settle()
        self.pending = []
        self.active, self.last, self.generic = verb, verb, False
        self._after_verb()

    def _after_verb(self) -> None:
        self.own = self.flip = None
        self.link = self.related = self.noun = self.noun_apart = self.only = False
        self.sep = ""
        self._fresh_verb()

    def _passive(self, verb: Verb, *, generic: bool = False) -> None:
        """Give a verb the subjects that wait for it."""
        elsewhere = self.aside and not (self.held and verb.sign == "neg")
        targets = [] if generic or elsewhere else self.pending
        self.aside = False
        if targets:
            self._settle_objects()
            self.subject, self.pending = targets, []
            self._give(targets, verb)
        elif self.objects and not self.noun_apart and not generic:
            self._divide(verb)
        elif self.subject and not self.noun and not generic:
            self._give(self.subject, verb)
            targets = self.subject
        self._settle_objects()
        self.last, self.generic = verb, not targets
        self._after_verb()

    @staticmethod
    def _give(spots: Iterable[Spot], verb: Verb) -> None:
        for spot in spots:
            spot.verbs.append(verb)

    def _settle_objects(self) -> None:
        """Give the objects of the active verb what it says."""
        if self.active is not None:
            self._give(self.objects, self.active)
            if self.partner is not None:
                self._give(self.objects, self.partner)
            self.partner = (
                None if self.objects or self.active.kind not in _TAKING or self.active.nested else self.active
            )
            self.subject = self.objects or self.subject
        self.active, self.objects = None, []

    def _divide(self, verb: Verb) -> None:
        """Divide the list between an active verb and a verb that takes its subject from the list."""
        active, spots = self.active, self.objects
        self.active, self.objects = None, []
        if active is None:
            return
        if active.nested:
            attributive = active.kind in {"past", "done"} and active.sign != verb.sign
            if attributive or verb.sign is None:
                self._give(spots, active)
            if verb.sign is not None:
                self._give(spots, verb)
        elif len(spots) == 1 or active.sign == verb.sign:
            self._give(spots, active)
            self._give(spots, verb)
        else:
            first, second = divided([spot.joined for spot in spots])
            self._give(spots[:first], active)
            self._give(spots[second:], verb)
            self.subject = spots[second:]
            return
        self.subject = spots

    def _on_spread(self, mark: Mark) -> None:
        self.context = True
        verb = self._judge(mark)
        if verb.sign == "neg" or mark.text.startswith(
            ("disclos", "reveal", "releas", "shar", "distribut", "offer", "misus", "abus")
        ):
            verb.sign = (
                None
                if verb.sign == "neg" or not self.be or mark.text.startswith(("misus", "abus"))
                else verb.sign
            )
        if self.be is not None or (self.pending and self._next("light", "quote") != "category"):
            self._passive(verb)
        else:
            self._start(verb)

    def _on_include(self, mark: Mark) -> None:
        passive = self.be is not None and mark.text in {
            "included",
            "contained",
            "involved",
            "featured",
            "covered",
        }
        if passive or (
            self.pending and mark.text == "involved" and self._next("light", "quote") != "category"
        ):
            self._passive(self._judge(mark))
            return
        ground = self.last if self.generic else None
        nested = self.related or mark.text.endswith("ing")
        of_data = self._before("also") in _STUFF and mark.text in {"included", "contained"}
        self.context = self.context or of_data
        held = self._before("the", "a", "an", "which", "that") in _CONTAINERS
        verb = self._judge(mark)
        if ground is not None:
            verb.sign = through(ground.sign, verb.sign)
            verb.marks += ground.marks
            verb.hedge = verb.hedge or ground.hedge
        elif verb.sign == "pos" and (not self.context or held):
            verb.sign = None
        verb.nested = nested and (ground is None)
        self._start(verb)

    def _on_exclude(self, mark: Mark) -> None:
        verb = self._judge(mark)
        verb.sign = "neg" if verb.sign == "pos" else None
        if self.be is not None or mark.text == "omitted" or self._next("light") in {"stop", "comma", None}:
            self._passive(verb)
        else:
            self._start(verb)

    def _on_hold(self, mark: Mark) -> None:
        follows = self._next("light", "quote", "no", "word") == "category"
        if (
            self.be is None
            and follows
            and self.generic
            and self.last is not None
            and self.last.kind in _TAKING
        ):
            self._on_include(mark)
            return
        passive = self.be is not None or not follows
        verb = self._judge(mark)
        if verb.sign == "pos" or _HELD_ANYWAY.search(self.text):
            verb.sign = None
        verb.nested = self.related
        if verb.sign is None and passive:
            self.held = True
            self.be, self.fresh, self.negs = (mark if mark.text == "kept" else None), False, []
        elif passive:
            self._passive(verb)
        else:
            self._start(verb)

    def _on_safe(self, mark: Mark) -> None:
        loose = (
            self._before() == ":"
            or mark.text.startswith("un")
            or mark.text in {"intact", "out of reach", "out of scope"}
        )
        if self.be is None and not loose and not mark.text.startswith(("no", "never")):
            self.skip(mark)
            return
        verb = self._judge(mark)
        verb.sign = "neg" if verb.sign == "pos" else None
        self._passive(verb)

    def _on_gone(self, mark: Mark) -> None:
        verb = self._judge(mark)
        verb.sign = "neg" if verb.sign == "pos" else None
        self._passive(verb)

    def _on_other(self, mark: Mark) -> None:
        if self.be is not None:
            self._unknown_verb()
            return
        verb = self._judge(mark)
        verb.sign = None
        self._start(verb)

    # -- parts of a verb

    def _on_be(self, mark: Mark) -> None:
        self.be = mark
        self.fresh, self.near = mark.text != "left", False

    def _on_have(self, mark: Mark) -> None:
        self.had = mark
        rest = [each.text for each in self.marks[self.at + 1 : self.at + 12]]
        if mark.text == "had" and self._next("light") == "category" and "been" in rest:
            self.scope.void = True
        self.near = False

    def _on_do(self, _mark: Mark) -> None:
        self._settle_objects()

    def _on_may(self, mark: Mark) -> None:
        self.may = mark
        self.near = False

    def _on_would(self, mark: Mark) -> None:
        self.would = mark

    def _on_report(self, _mark: Mark) -> None:
        self.hedge = "reported"

    def _on_not(self, mark: Mark) -> None:
        self.negs.append(mark)
        self.near = True

    def _on_never(self, mark: Mark) -> None:
        self.negs.append(mark)
        self.reach = True

    def _on_no(self, mark: Mark) -> None:
        if mark.text == "neither" and self._next("light") == "be":
            self._on_never(mark)
            return
        self.own, self.own_state, self.near = mark, "new", False

    def _on_nor(self, mark: Mark) -> None:
        self.own, self.own_state, self.sep = mark, "new", f"{self.sep} and"
        self.negs, self.carried = [], []

    def _on_except(self, mark: Mark) -> None:
        self._settle_objects()
        self.scope.front = not self.pending and self.last is None
        if self.own is not None:
            self.negs, self.reach = [self.own], True
        self.flip, self.own = mark, None
        self.negs = self.negs if self.reach else []

    def _on_rather(self, mark: Mark) -> None:
        self._settle_objects()
        self.scope.front = not self.pending and self.last is None
        self.own, self.own_state = mark, "new"

    def _on_evidence(self, mark: Mark) -> None:
        scope = self.scope
        if self.negs or self.own or scope.negated or scope.tainted:
            first = self.negs[0] if self.negs else self.own
            scope.evidence = Mark("evidence", mark.text, first.begin if first else mark.begin, mark.end)
            scope.tainted = False
            self.negs, self.own, self.reach, self.be, self.fresh = [], None, False, None, False
            self.active = None
            self.noun = False
        else:
            self._on_word(mark)

    def _on_unsure(self, mark: Mark) -> None:
        if self.fresh and not self.noun:
            for verb in self.scope.preds:
                verb.sign = "unknown" if verb.sign == "pos" else verb.sign
        self.scope.unsure = mark
        self.negs, self.fresh, self.active = [], False, None

    def _on_told(self, mark: Mark) -> None:
        self.near = False
        if self.negs:
            self.scope.unsure = Mark("unsure", mark.text, self.negs[0].begin, mark.end)
            self.negs = []
        if not self.objects:
            self.active = None
        self.noun = self.attempt = False
        if self.would and self.would.text in {"would", "can", "will"}:
            self.would = None

    def _on_claim(self, mark: Mark) -> None:
        self.scope.claim = mark
        self.active = None if not self.objects else self.active

    def _on_false(self, mark: Mark) -> None:
        if self.scope.unsure and "and" in self.sep:
            return
        if self.negs or (self._before("not") in {"can", "could"} and self.negs):
            self.scope.unsure, self.negs = Mark("unsure", mark.text, self.negs[0].begin, mark.end), []
            self.would = None
            return
        if self.scope.false or self.own:
            self.scope.void = True
        asserted = self.be is not None
        for verb in self.scope.preds:
            verb.sign = "neg" if asserted and verb.sign in {"pos", "unknown"} else None
            verb.marks.append(mark)
        if not self.scope.preds:
            self.scope.false = mark
        if mark.text in {"contrary to", "far from"}:
            self.scope.front = True
        self.fresh = False
        if not self.objects:
            self.active = None

    def _on_true(self, mark: Mark) -> None:
        if self.negs or self.own:
            first = self.negs[0] if self.negs else self.own
            self.negs, self.own = [], None
            self._on_false(Mark("false", mark.text, first.begin if first else mark.begin, mark.end))
        self.fresh = False

    def _on_able(self, _mark: Mark) -> None:
        self.able, self.fresh, self.near = True, False, False

    def _on_try(self, mark: Mark) -> None:
        self.attempt, self.fresh = True, False
        if mark.text.startswith("threaten"):
            self.scope.void = True

    def _on_fail(self, mark: Mark) -> None:
        if self.negs and mark.text == "able to":
            return
        self.negs.append(mark)
        self.reach, self.able, self.fresh = True, True, False

    def _on_advice(self, _mark: Mark) -> None:
        self._boundary(keep=False)
        self.scope.void = True

    def _on_void(self, _mark: Mark) -> None:
        self.scope.void = True
        self.negs = []

    def _on_event(self, mark: Mark) -> None:
        self.context = True
        if self.part and self.be is not None and self.pending:
            self._passive(self._judge(mark))
        elif mark.text == "leak" and self._next("light") == "category":
            self._on_act(mark)
        else:
            self.noun, self.near = True, False
            self.fresh = False

    def _on_part(self, _mark: Mark) -> None:
        self.part, self.fresh, self.near = True, False, False

    # -- connectors and boundaries

    def _on_comma(self, _mark: Mark) -> None:
        self.sep += ","
        self.fresh = self.near = False
        self.own_state = (
            "far" if self.own_state == "new" and self.own and self.own.kind == "no" else self.own_state
        )
        if self.scope.front and self._closes_front():
            self._boundary(keep=self.flip is not None or self.own is not None)

    def _closes_front(self) -> bool:
        """Say whether the comma here ends the part in front of the main clause."""
        if self.scope.preds or self.scope.void or self.scope.false or self.noun:
            return True
        return bool(self.pending) and bool(self.flip or self.own) and not self._list_goes_on()

    def _list_goes_on(self) -> bool:
        """Say whether behind a comma the list comes to its `and` and a further comma before any verb."""
        joined = False
        for mark in self.marks[self.at + 1 :][:60]:
            joined = joined or mark.kind in {"and", "nor"}
            if mark.kind == "comma" and joined:
                return True
            if mark.kind in _VERBAL:
                return False
        return False

    def _on_and(self, mark: Mark) -> None:
        added = mark.text not in {"and", "or", "/", "&"} and not self.pending and self.active is None
        self.link = self.link or (added and self.last is not None and self.last.sign == "pos")
        self.sep += " and"
        self.fresh = self.noun = False

    def _on_as(self, _mark: Mark) -> None:
        self.link = self.link or self._next() == "be"

    def _on_that(self, _mark: Mark) -> None:
        self.related, self.near, self.fresh = True, False, False
        if self.negs and self.may and self.may.text.startswith(("believe", "thought", "think", "expect")):
            self.scope.evidence = Mark("evidence", "belief", self.negs[0].begin, self.may.end)
            self.negs, self.may = [], None
        self.aside = self.noun and not self.noun_apart and bool(self.pending)
        if not self.objects:
            self.active = None

    def _on_they(self, mark: Mark) -> None:
        if self.objects and not self.sep:
            self.pending = [self.objects.pop()]
            self._settle_objects()
        self.scope.preds = [] if mark.text == "it" else self.scope.preds
        self.noun = False
        self.related = self.related or mark.text.endswith("which")

    def _on_only(self, _mark: Mark) -> None:
        self.only = True

    def _on_incl(self, _mark: Mark) -> None:
        if self.near and self.negs:
            self.flip, self.negs = self.negs.pop(), []
        self.link = self.last is not None and not self.pending
        self.sep += ","

    def _on_but(self, mark: Mark) -> None:
        if mark.text == "but" and self._before() in {"everything", "anything", "nothing", "all"}:
            self._on_except(mark)
            return
        if self.also:
            self.also, self.sep = False, self.sep + " and"
            return
        opening = self.at == 0 or self.marks[self.at - 1].kind in {"stop", "open"}
        contrast = self.last if mark.text.startswith("but") else None
        self._boundary(keep=True)
        self.scope.front = opening or mark.text == "despite"
        self.scope.after_but = contrast is not None and contrast.sign == "neg"
        self.only = mark.text in {"but only", "but just", "yet only"}

    def _on_stop(self, mark: Mark) -> None:
        dash = mark.text in "\u2014\u2013"
        self._boundary(keep=dash)
        self.subject = self.subject if dash or self._next() == "they" else []
        self.link = dash and self.last is not None

    def _on_colon(self, _mark: Mark) -> None:
        self._boundary(keep=False)
        self.link = self.last is not None

    def _on_when(self, _mark: Mark) -> None:
        scope = self.scope
        self._boundary(keep=False)
        scope.front, scope.preds = True, []
        self.scope = scope

    def _on_before(self, mark: Mark) -> None:
        opening = self.at == 0
        self._boundary(keep=False)
        self.scope.void, self.scope.front = True, opening or mark.kind == "if"

    def _on_open(self, _mark: Mark) -> None:
        if len(self.stack) == _DEEPEST:
            return
        self.stack.append((self.pending, self.active, self.objects, self.scope))
        self.subject = self.pending or self.objects or self.subject
        self.link = not self.pending and self.active is None and self.last is not None
        self.pending, self.objects, self.active = [], [], None
        self.scope = Scope(void=self.scope.void)
        self.sep, self.noun = ",", False

    def _on_close(self, _mark: Mark) -> None:
        if not self.stack:
            return
        pending, active, objects, scope = self.stack.pop()
        if pending or active is not None:
            self._settle_objects()
            self._deny_waiting()
            (pending if active is None else objects).extend(self.pending)
            self._ellipsis()
        else:
            self._boundary(keep=False)
        self.pending, self.active, self.objects, self.scope = pending, active, objects, scope
        self.own = self.flip = None
        self.link = False
        self._fresh_verb()

    def _boundary(self, *, keep: bool) -> None:
        """End a clause: settle what waits, forget what reached up to here."""
        self._ellipsis()
        if keep:
            self._deny_waiting()
        self._settle()
        self.subject = self.pending or self.subject
        if not keep:
            self.pending = []
        self.scope = Scope(void=self.scope.void and bool(self.stack))
        self.held = False
        self.own = self.flip = None
        self.link = self.related = self.noun = self.noun_apart = self.only = False
        self.sep = ""
        self._fresh_verb()

    def _deny_waiting(self) -> None:
        """Let a negation that found no verb stand with the categories that wait: `in no case passwords`."""
        if self.negs and self.reach:
            for spot in self.pending:
                spot.own = spot.own or self.negs[0]

    def _ellipsis(self) -> None:
        """Read `passwords were not` and `as were emails`: the verb is the one before."""
        helping = self.be or self.had
        if helping is None or not (self.last or self.before):
            return
        last = self.last or read(self.before[:_PRIOR]).last
        if last is None or helping.text == "left" or not self._is_clear():
            return
        if not self.pending:
            if self.negs and self.subject and self.last and last.kind in _TAKING:
                self._give(self.subject, Verb("neg", [helping, *self.negs], "", last.kind))
            return
        after = self.pending[-1].mark.begin < helping.begin
        if last.kind not in {*_TAKING, "include", "spread"} or not (after or self.link or self.own):
            return
        base: Sign | None = "pos" if after or self.pending[0].own else last.sign
        base = "neg" if (self.negs or self.scope.evidence) and base == "pos" else base
        verb = Verb(base, [helping, *self.negs], last.hedge if base == last.sign else "", last.kind)
        verb.hedge = "potential" if self.may else verb.hedge
        self._give(self.pending, verb)
        self.pending = []

    def _is_clear(self) -> bool:
        """Say whether nothing in the clause makes an unspoken verb doubtful."""
        scope = self.scope
        doubtful = scope.void or scope.tainted or scope.false or scope.unsure
        return not (doubtful or self.noun or (self.may and self.negs) or self.would)

    def _settle(self) -> None:
        """Give what waits without a verb the verb before, where a word ties it to that."""
        self._settle_objects()
        rest: list[Spot] = []
        for spot in self.pending:
            verb = self._tie(spot)
            if verb is None:
                rest.append(spot)
            else:
                spot.verbs.append(verb)
        self.pending = rest

    def _tie(self, spot: Spot) -> Verb | None:
        """Return the verb before, as it holds for a category that has none of its own."""
        last = self.last
        if last is None or self.scope.void:
            return None
        if spot.flip or spot.linked or (spot.own and last.sign == "pos"):
            return last
        if spot.own and spot.own.kind == "nor":
            return replace(last, sign="pos") if last.sign == "neg" else None
        turned = last.sign == "neg" and (spot.only or self.scope.after_but) and not self.noun and not spot.own
        return replace(last, sign="pos", hedge="") if turned else None


_NOT_ONLY: Final = word_set("not_only")
_TAKING: Final = frozenset({"act", "past", "done"})
_PRIOR: Final = 1000
_DEEPEST: Final = 6
_FEARED: Final = word_set("feared")
_STUFF: Final = word_set("stuff")
_TOOLS: Final = word_set("tools")
_NOUNS: Final = word_set("nouns")
_CONTAINERS: Final = word_set("containers")
_LEADING: Final[tuple[Kind, ...]] = ("light", "quote", "word", "only", "no", "report", "may")
_VERBAL: Final = frozenset(
    ("act", "done", "past", "spread", "be", "have", "do", "include", "hold", "but", "stop")
)
_ALIKE: Final[dict[Kind, str]] = {"past": "done", "apart": "except", "if": "before"}
_ON: Final[dict[Kind, Callable[[Reader, Mark], None]]] = {
    kind: getattr(Reader, f"_on_{_ALIKE.get(kind, kind)}", Reader.skip)
    for kind in cast("tuple[Kind, ...]", get_args(Kind))
}


def read(text: str, before: str = "") -> Reader:
    """Return a sentence or title, read; `before` is the sentence in front, whose verb may be meant."""
    reader = Reader(marks_of(text), text)
    reader.before = before
    reader.read()
    return reader
