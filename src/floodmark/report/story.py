"""The intrusion step by step, in section 3: steps, moves sideways, why an event belongs, what is apart."""

from __future__ import annotations

from collections.abc import Mapping

from floodmark.models import Link, Traced
from floodmark.report.attack import technique
from floodmark.report.blocks import Block, Heading, Items, Paragraph, Row, Table
from floodmark.report.claims import Claims
from floodmark.report.parts import Foreign, Line, Mark, joined, say, sentences, when

_LINKS_SHOWN = 100
_STATES = ("followed", "offered", "refused")
ANSWERS: Mapping[str, str] = {
    "yes": "yes",
    "no": "not by what the logs show",
    "cannot_tell": "cannot be told",
    "nothing": "nothing to tell",
}
"""Whether it still goes on, in words."""


def steps(claims: Claims) -> list[Block]:
    """Return what follows the timeline; nothing where nobody traced the intrusion, or there is none."""
    traced = claims.material.traced
    if traced is None or not traced.intrusion.events:
        return []
    return [
        Heading("Step by step"),
        _steps(claims, traced),
        Heading("Is it still going on?"),
        Paragraph(_going_on(traced)),
        Heading("Why each event belongs to the intrusion"),
        _links(claims),
        Heading("The accounts' own work, kept apart"),
        _apart(claims, traced),
    ]


def _steps(claims: Claims, traced: Traced) -> Block:
    """Return one row per step, with its technique and how many events show it."""
    rows = tuple(
        Row(
            (
                say("{start} to {end}", start=when(each.from_), end=when(each.to)),
                (each.phase,),
                say(
                    "{title}{beside}{note}",
                    title=each.title,
                    beside="" if each.hostile else " (beside the intrusion, not counted in it)",
                    note=f"; {each.note}" if each.note else "",
                ),
                _technique(claims, each.technique),
                (Foreign(each.account) if each.account else "not named",),
                (claims.figure("traced", "stages", place, "count"),),
            )
        )
        for place, each in enumerate(traced.stages)
    )
    if not rows:
        return Paragraph(("No event of the intrusion shows a step by itself.",))
    note = ("Events are rows of logs; one act can stand in several of them. (observed)",)
    return Table(("When", "Phase", "Step", "Technique", "Account", "Events"), rows, note, frozenset({5}))


def _technique(claims: Claims, id_: str) -> Line:
    """Name a technique."""
    known = technique(claims.material.attack, id_)
    return say("{id}{name}", id=Foreign(id_), name=f" {known[0]}" if known else "")


def lateral(claims: Claims) -> list[Block]:
    """Return moves to other accounts and systems, and what was looked for in vain, with its coverage."""
    traced = claims.material.traced
    if traced is None or not traced.intrusion.events:
        return []
    moves = tuple(
        say(
            "{text} (events: {count}){mark}",
            text=Foreign(each.text, prose=True),
            count=claims.figure("traced", "lateral", "moves", place, "count"),
            mark=Mark("observed") if each.sure else "",
        )
        for place, each in enumerate(traced.lateral.moves)
    )
    found: list[Block] = [Items(moves)] if moves else []
    if traced.lateral.absent:
        logs = joined(
            say(
                "{log} from {start} to {end}{gaps}",
                log=Foreign(each.log),
                start=when(each.from_),
                end=when(each.to),
                gaps=say(", with gaps: {n}", n=claims.figure("traced", "lateral", "rests_on", place, "gaps"))
                if each.gaps
                else "",
            )
            for place, each in enumerate(traced.lateral.rests_on)
        )
        said = say(
            "Looked for and not seen: {absent}. This rests on the rows of {logs}.{mark}",
            absent=traced.lateral.absent,
            logs=logs,
            mark=Mark("derived"),
        )
        found.append(Paragraph(said))
    return found


def _going_on(traced: Traced) -> Line:
    """Say whether it goes on, and when the last event and the last successful read were."""
    told = traced.going_on
    return sentences(
        (
            say("{answer}: {text}.", answer=ANSWERS[told.answer].capitalize(), text=told.text),
            say("Last hostile event: {at}.", at=when(told.last_event_at)),
            say("Last successful read: {at}.", at=when(told.last_read_at)),
            say("The logs end: {at}.{mark}", at=when(told.logs_end), mark=Mark("derived")),
        )
    )


def _links(claims: Claims) -> Block:
    """Return one row per link: followed first, then offered, then refused."""
    every = list(enumerate(claims.material.scope.intrusion.links))
    ordered = [pair for state in _STATES for pair in every if pair[1].state == state]
    rows = tuple(_link(claims, place, each) for place, each in ordered[:_LINKS_SHOWN])
    if not rows:
        return Paragraph(("No link is recorded.",))
    refuse = "A link that was followed in error is refused with floodmark dismiss; "
    note: Line = (refuse, "an offered one is followed with floodmark accept. (derived)")
    if len(ordered) > _LINKS_SHOWN:
        note = (*note, " Further links are in report.json.")
    return Table(("Link", "State", "What connects", "Why", "Events"), rows, note, frozenset({4}))


def _link(claims: Claims, place: int, link: Link) -> Row:
    """Return the row of one link."""
    what = say(
        "{kind} {value}{account}",
        kind=link.kind,
        value=Foreign(link.value),
        account=say(" of {account}", account=Foreign(link.account)) if link.account else "",
    )
    count = claims.figure("scope", "intrusion", "links", place, "events")
    return Row(((Foreign(link.id),), (link.state,), what, (link.why,), (count,)))


def _apart(claims: Claims, traced: Traced) -> Block:
    """Return one row per account with work of its own."""
    rows = tuple(
        Row(
            (
                (Foreign(each.account),),
                say("{start} to {end}", start=when(each.from_), end=when(each.to)),
                (claims.figure("traced", "apart", place, "sessions"),),
                (claims.figure("traced", "apart", place, "events"),),
                (claims.figure("traced", "apart", place, "usual"),),
                (claims.figure("traced", "apart", place, "unsettled"),),
                (each.why,),
            )
        )
        for place, each in enumerate(traced.apart)
    )
    if not rows:
        return Paragraph(("The accounts of the intrusion show no other work in these logs.",))
    head = ("Account", "When", "Sessions", "Events", "Usual", "Unsettled", "Why it is not counted")
    note = ("Usual: from addresses and with clients that honest work used before. (derived)",)
    return Table(head, rows, note, frozenset({2, 3, 4, 5}))
