"""The intrusion as a story: steps by phase, the account's own work apart, moves sideways, whether it goes on.

Runs on the tables that `trace` made: hostile, beside, worked, known, spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from floodmark.engine import Engine, statement
from floodmark.ledger.source import READS as READ_OPERATIONS
from floodmark.models import (
    Apart,
    Gap,
    GoingOn,
    Intrusion,
    Lateral,
    Link,
    Sideways,
    Spoken,
    Stage,
    Traced,
    stamp,
)
from floodmark.trace.stages import KINDS, LOGIN, TOKEN, note
from floodmark.trace.why import ends

_HERE = Path(__file__).parent
RECENT_HOURS = 24
"""An event so near to the end of the logs is still going on."""
SAMPLE_ROWS = 200
"""A query that asks for at most so many rows is a sample."""
_USUAL = "its addresses and clients are those that honest work used before the intrusion"
_UNSETTLED = (
    "nothing ties it to the intrusion; where the address or the client is new, it is unsettled: look at it"
)


def tell(
    engine: Engine,
    intrusion: Intrusion,
    *,
    contained_at: datetime | None = None,
    gaps: Sequence[Gap] = (),
) -> Traced:
    """Return the story of the intrusion that `trace` found last on this engine.

    Args:
        engine: holds the tables of the trace.
        intrusion: what `trace` returned.
        contained_at: when access was closed, UTC; None where nobody said so.
        gaps: known holes of the logs.
    """
    if not intrusion.events:
        return _nothing(engine, intrusion)
    with engine.small_sides_held():
        reads = {"reads": sorted(READ_OPERATIONS), "sample": SAMPLE_ROWS}
        engine.keep("step", statement(_HERE / "step.sql"), reads)
        engine.keep("stage", statement(_HERE / "stage.sql"))
        engine.keep("apart", statement(_HERE / "apart.sql"))
        engine.keep("sideways", statement(_HERE / "sideways.sql"))
    return Traced(
        intrusion=intrusion,
        stages=_stages(engine),
        apart=_apart(engine),
        lateral=_lateral(engine, intrusion, gaps),
        going_on=_going_on(engine, contained_at),
    )


def cited(traced: Traced) -> tuple[str, ...]:
    """Return every event that the story names, sorted."""
    told = traced.going_on
    named = {event for event in (told.last_event, told.last_read) if event}
    named |= {event for link in traced.intrusion.links for event in link.sample}
    named |= {event for stage in traced.stages for event in stage.events}
    named |= {event for move in traced.lateral.moves for event in move.events}
    return tuple(sorted(named | {event for work in traced.apart for event in work.sample}))


def _nothing(engine: Engine, intrusion: Intrusion) -> Traced:
    """Return the story of no intrusion."""
    (end,) = engine.row('SELECT max("at") FROM event')
    return Traced(
        intrusion=intrusion,
        stages=(),
        apart=(),
        lateral=Lateral(moves=(), absent="nothing was looked for", rests_on=()),
        going_on=GoingOn(
            answer="nothing",
            text="nothing was accepted as hostile",
            last_event_at=None,
            last_event=None,
            last_read_at=None,
            last_read=None,
            logs_end=stamp(end),
        ),
    )


def _stages(engine: Engine) -> tuple[Stage, ...]:
    """Return the steps by time of their first event."""
    rows = engine.rows(
        """SELECT kind, account, counted, first_at, last_at, event_count, first_events, last_event FROM stage
           ORDER BY first_at, kind, account NULLS FIRST, counted"""
    )
    found = [
        *_kept_token(engine, {row[1] for row in rows if row[0] == LOGIN}),
        *(_stage(row) for row in rows),
    ]
    return tuple(sorted(found, key=lambda each: (each.from_, each.phase, each.title, each.account or "")))


def _stage(row: Sequence[Any]) -> Stage:
    """Return the document of one row of the table `stage`."""
    kind, account, counted, first, last, count, events, last_event = row
    what = KINDS[kind]
    return Stage(
        phase=what.phase,
        title=what.title,
        account=account,
        technique=what.technique,
        from_=stamp(first) or "",
        to=stamp(last) or "",
        count=count,
        events=ends(events, last_event),
        hostile=counted,
        note=note(kind, counted=counted),
    )


def _kept_token(engine: Engine, logged_in: set[str | None]) -> list[Stage]:
    """Return the first event of each account that did not log in: it used what was there before."""
    rows = engine.rows(
        """SELECT account, min("at"), min(strftime("at", '%Y%m%d%H%M%S.%f ') || event)
           FROM step WHERE counted AND list_contains($1::VARCHAR[], kind)
           GROUP BY account ORDER BY account""",
        [sorted(set(KINDS) - {LOGIN, "login failed", "identity login", "set-up changed"})],
    )
    return [
        _stage((TOKEN, account, True, at, at, 1, (place[22:],), place[22:]))
        for account, at, place in rows
        if account not in logged_in
    ]


def _apart(engine: Engine) -> tuple[Apart, ...]:
    """Return the work of the hijacked accounts that is not counted, by account."""
    rows = engine.rows(
        """SELECT account, event_count, session_count, first_at, last_at, usual_count, unsettled_count,
                  first_events, last_event
           FROM apart ORDER BY account"""
    )
    return tuple(_own_work(row) for row in rows)


def _own_work(row: Sequence[Any]) -> Apart:
    """Return the document of one row of the table `apart`."""
    account, events, sessions, first, last, usual, unsettled, sample, last_event = row
    return Apart(
        account=account,
        events=events,
        sessions=sessions,
        from_=stamp(first) or "",
        to=stamp(last) or "",
        usual=usual,
        unsettled=unsettled,
        sample=ends(sample, last_event) if last_event else (),
        why=_UNSETTLED if unsettled else _USUAL,
    )


_MOVES = {
    "other account": "events of the account {name}, which no finding names, are counted as hostile",
    "identity account": "the account {name} came to the identity provider from an address of the intrusion",
    "other app": "the application {name} was entered by single sign-on from a new address",
}
_LOOKED = {
    "other account": "no other account worked from an address of the intrusion that was new",
    "identity account": "no other account came to the identity provider from such an address",
    "other app": "no other application was entered from a new address",
}


def _lateral(engine: Engine, intrusion: Intrusion, gaps: Sequence[Gap]) -> Lateral:
    """Return moves to other accounts and systems, and what was looked for in vain."""
    rows = engine.rows(
        "SELECT kind, name, event_count, first_events, last_event FROM sideways ORDER BY kind, name"
    )
    moves = [
        Sideways(sure=True, text=_MOVES[kind].format(name=name), count=count, events=ends(first, last))
        for kind, name, count, first, last in rows
    ]
    moves += [_offered(each) for each in intrusion.links if each.state == "offered" and each.kind in _OTHERS]
    spoken = _spoken(engine, gaps)
    found = {row[0] for row in rows}
    absent = [text for kind, text in _LOOKED.items() if kind not in found]
    if not any(each.log.startswith("okta.") for each in spoken):
        absent = [text for text in absent if text == _LOOKED["other account"]]
        absent.append("no log of an identity provider was added, so nothing is said of other applications")
    return Lateral(moves=tuple(moves), absent="; ".join(absent), rests_on=spoken)


_OTHERS = frozenset({"other account", "token", "client elsewhere"})


def _offered(link: Link) -> Sideways:
    """Return a move that only a person can judge."""
    text = (
        f"{link.id}, not followed: {link.account or 'an account that is not named'}, {link.value}: {link.why}"
    )
    return Sideways(sure=False, text=text, count=link.events, events=link.sample)


def _spoken(engine: Engine, gaps: Sequence[Gap]) -> tuple[Spoken, ...]:
    """Return the hours for which each log has rows."""
    rows = engine.rows('SELECT log, min("at"), max("at") FROM event GROUP BY log ORDER BY log')
    return tuple(
        Spoken(
            log=log,
            from_=stamp(first) or "",
            to=stamp(last) or "",
            gaps=sum(each.log == log for each in gaps),
        )
        for log, first, last in rows
    )


def _going_on(engine: Engine, contained_at: datetime | None) -> GoingOn:
    """Return the last event and read, and what they say about now."""
    last = engine.row(_LATEST_EVENT)
    read = engine.row(_LATEST_READ, [sorted(READ_OPERATIONS)])
    (end,) = engine.row('SELECT max("at") FROM event')
    answer, text = _answer(last[0], end, contained_at.replace(tzinfo=None) if contained_at else None)
    return GoingOn(
        answer=answer,
        text=text,
        last_event_at=stamp(last[0]),
        last_event=last[1],
        last_read_at=stamp(read[0]),
        last_read=read[1],
        logs_end=stamp(end),
    )


_LATEST_EVENT = """
    SELECT max("at"), substr(max(strftime("at", '%Y%m%d%H%M%S.%f ') || event), 23) FROM hostile
"""
_LATEST_READ = r"""
    SELECT max("at"), substr(max(strftime("at", '%Y%m%d%H%M%S.%f ') || event), 23) FROM hostile
    WHERE list_contains($1::VARCHAR[], operation) AND coalesce(outcome, '') NOT IN ('failure', 'blocked')
      AND NOT coalesce(regexp_matches(query, '(?i)^\s*select\s+count\s*\('), false)
"""


def _answer(last: datetime, end: datetime, contained_at: datetime | None) -> tuple[Any, str]:
    """Say whether it goes on: of the time after the logs end nothing is known."""
    recent = timedelta(hours=RECENT_HOURS)
    if contained_at is not None and last > contained_at:
        return "yes", "hostile events stand in the logs after the stated time of containment"
    if contained_at is not None and end >= contained_at + recent:
        return (
            "no",
            "the logs go on for a day or more after the stated containment and show no hostile event",
        )
    if contained_at is not None:
        return "cannot_tell", "the logs end less than a day after the stated containment; add the later ones"
    if last > end - recent:
        return (
            "yes",
            "the last hostile event lies within the last day of the logs, and no containment is stated",
        )
    return (
        "cannot_tell",
        "the last hostile event lies a day or more before the end of the logs; no containment is stated",
    )
