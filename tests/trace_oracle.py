"""The links of an intrusion in plain loops: the second reading of what `floodmark.trace` does in SQL.

Written from docs/explanation/trace.md; shares no code with the trace.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Event = Mapping[str, Any]
Key = tuple[str, str, str]
_PHONE = re.compile(r"salesforce ?(mobile|for (ios|android))", re.IGNORECASE)
_NO_TOOL = {"", "browser", "n/a", "unknown"}


def named(key: Key) -> str:
    """Return the id of a link by kind, value and account."""
    return "L-" + hashlib.sha256("\x1f".join(key).encode()).hexdigest()[:10]


@dataclass
class Oracle:
    """One ledger, what findings name in it, and what a person decided."""

    events: Sequence[Event]
    sessions: Collection[str] = ()
    logins: Collection[str] = ()
    findings: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])
    refused: Collection[str] = ()
    accepted: Collection[str] = ()
    links: dict[Key, dict[str, set[str]]] = field(default_factory=dict[Key, dict[str, set[str]]])
    """Link -> state -> events."""

    def account(self, event: Event) -> str:
        """Return the user name in lower case, else the user id, else nothing."""
        if event["actor"] is None:
            return (event["actor_name"] or "").lower()
        names = {
            each["actor_name"].lower()
            for each in self.events
            if each["actor"] == event["actor"] and each["actor_name"]
        }
        return min(names) if names else event["actor"]

    def hostile(self) -> set[str]:
        """Return the hostile events, and fill `links`."""
        own = {each["event"]: self._own(each) for each in self.events}
        chosen = {event for event, key in own.items() if key}
        for event, key in own.items():
            if key:
                self._note(key, "refused" if named(key) in self.refused else "followed", event)
        kept = {event for event, key in own.items() if key and named(key) not in self.refused}
        if not chosen:
            return set()
        joined = self._joined(kept, chosen, note=False)
        wider = self._wider(chosen, kept, joined)
        more = self._joined(kept | wider, chosen, note=True)
        return kept | wider | more

    def states(self) -> dict[str, tuple[str, int]]:
        """Return id -> state and number of events of every link."""
        found: dict[str, tuple[str, int]] = {}
        for key, states in self.links.items():
            state = next(each for each in ("refused", "followed", "offered") if states.get(each))
            found[named(key)] = (state, len(states[state]))
        return found

    def _note(self, key: Key, state: str, event: str) -> None:
        self.links.setdefault(key, {}).setdefault(state, set()).add(event)

    def _own(self, event: Event) -> Key | None:
        if event["session"] in self.sessions:
            return ("session", event["session"], "")
        if event["login"] in self.logins:
            return ("login", event["login"], "")
        finders = [name for name, events in self.findings.items() if event["event"] in events]
        return ("finding", min(finders), "") if finders else None

    def _joined(self, hostile: set[str], chosen: set[str], *, note: bool) -> set[str]:
        rows = [each for each in self.events if each["event"] in hostile]
        found: set[str] = set()
        for event in self.events:
            if event["event"] in hostile | chosen:
                continue
            for key in self._ways(event, rows):
                no = named(key) in self.refused
                if note:
                    self._note(key, "refused" if no else "followed", event["event"])
                if not no:
                    found.add(event["event"])
        return found

    def _ways(self, event: Event, rows: Sequence[Event]) -> Iterable[Key]:
        loose = event["session"] is None and event["login"] is None
        if (loose or event["job"]) and event["job"] and any(each["job"] == event["job"] for each in rows):
            yield ("bulk job", event["job"], "")
        if not (loose or event["job"]):
            return
        if event["execution"] and any(each["execution"] == event["execution"] for each in rows):
            yield ("execution", event["execution"], "")
        if loose and event["actor"] and event["ip"] and self._near(event, rows):
            yield ("user, address and time", event["ip"], event["actor"])

    def _near(self, event: Event, rows: Sequence[Event]) -> bool:
        spans: dict[tuple[Any, ...], list[datetime]] = {}
        for each in rows:
            if each["actor"] == event["actor"] and each["ip"] == event["ip"]:
                spans.setdefault((each["session"], each["login"]), []).append(each["at"])
        slack = timedelta(minutes=5)
        return any(min(times) - slack <= event["at"] <= max(times) + slack for times in spans.values())

    # --- wider links

    def _wider(self, chosen: set[str], kept: set[str], joined: set[str]) -> set[str]:
        started = min(each["at"] for each in self.events if each["event"] in chosen) - timedelta(minutes=5)
        first = min(each["at"] for each in self.events)
        long = started - timedelta(days=7) if first <= started - timedelta(days=14) else started
        accused = {self.account(each) for each in self.events if each["event"] in chosen}

        strange = self._strange(long, started)

        def honest(event: Event) -> bool:
            who = self.account(event)
            return event["at"] < long or (
                event["at"] < started and who not in accused and (who, event["ip"]) not in strange
            )

        def old(slot: str, value: str | None) -> bool:
            return value is not None and any(
                honest(each)
                for each in self.events
                if _slot(each, slot) == value and (slot == "ip" or not _identity(each))
            )

        def own(event: Event) -> bool:
            tool, account = _slot(event, "tool"), self.account(event)
            if tool is None:
                return False
            if _PHONE.search(tool):
                return True
            return (account != "" and tool.lower() not in _NO_TOOL) and any(
                honest(each) and each["ip"] not in {None, event["ip"]}
                for each in self.events
                if self.account(each) == account and _slot(each, "tool") == tool and not _identity(each)
            )

        rest = [each for each in self.events if each["event"] not in chosen | joined and not _identity(each)]
        brought: dict[str, set[Key]] = {}
        while True:
            reach = {
                each["event"]: self._reach(each, self._spread(kept | joined, brought), accused, old, own)
                for each in rest
            }
            now = {
                event: {key for key, familiar in keys.items() if self._follows(key, familiar=familiar)}
                for event, keys in reach.items()
            }
            now = {event: keys for event, keys in now.items() if keys}
            if now.keys() == brought.keys():
                break
            brought = now
        self._note_wider(reach)
        return set(brought)

    def _strange(self, long: datetime, started: datetime) -> set[tuple[str, str]]:
        """Return account and address, new for all, where in the days before it came with a client new for it."""
        mine: dict[str, set[str | None]] = {}
        places = {each["ip"] for each in self.events if each["at"] < long}
        for each in self.events:
            if each["at"] < long and not _identity(each):
                mine.setdefault(self.account(each), set()).add(_slot(each, "tool"))
        found: set[tuple[str, str]] = set()
        for each in self.events:
            tool, who = _slot(each, "tool"), self.account(each)
            if (
                not long <= each["at"] < started
                or _identity(each)
                or not who
                or each["ip"] in {None, *places}
            ):
                continue
            named_tool = tool and tool.lower() not in _NO_TOOL and not _PHONE.search(tool)
            if named_tool and tool not in mine.get(who, set()):
                found.add((who, each["ip"]))
        return found

    def _follows(self, key: Key, *, familiar: bool) -> bool:
        return named(key) not in self.refused and (not familiar or named(key) in self.accepted)

    def _note_wider(self, reach: Mapping[str, Mapping[Key, bool]]) -> None:
        for event, keys in reach.items():
            elsewhere = any(key[0] != "same session" and named(key) not in self.refused for key in keys)
            for key, familiar in keys.items():
                if key[0] == "same session" and elsewhere:
                    continue
                state = "followed" if self._follows(key, familiar=familiar) else "offered"
                self._note(key, "refused" if named(key) in self.refused else state, event)

    def _spread(self, core: set[str], brought: Mapping[str, set[Key]]) -> dict[str, set[Any]]:
        found: dict[str, set[Any]] = {name: set() for name in ("account", "ip", "tool", "app", "session")}
        for each in self.events:
            if each["event"] not in core and each["event"] not in brought:
                continue
            found["account"].add(self.account(each))
            found["ip"].add(each["ip"])
            if not _identity(each):
                found["tool"].add(_slot(each, "tool"))
                if each["app_id"] and each["ip"]:
                    found["app"].add((each["app_id"], each["ip"]))
            if each["event"] in brought:
                found["session"].add(each["session"])
        for values in found.values():
            values.discard(None)
        return found

    def _reach(
        self,
        event: Event,
        spread: Mapping[str, set[Any]],
        accused: Collection[str],
        old: Callable[[str, str | None], bool],
        own: Callable[[Event], bool],
    ) -> dict[Key, bool]:
        """Return the wider links that reach an event -> whether honest work used its value before."""
        account, ip, tool, app = self.account(event), event["ip"], _slot(event, "tool"), event["app_id"]
        same, found = account in accused, dict[Key, bool]()
        if ip in spread["ip"] and (same or not old("ip", ip) or account in spread["account"]):
            kind = "address" if same else "other account"
            found[kind, ip, account] = old("ip", ip) or (not same and own(event))
        if (
            tool in spread["tool"]
            and account in spread["account"]
            and not (old("tool", tool) and old("ip", ip))
        ):
            found["client", tool or "", account] = old("tool", tool) or old("ip", ip)
        if not same and (app, ip) in spread["app"]:
            found["token", f"{app} at {ip}", account] = old("app_id", app) and old("ip", ip)
        if not same and tool in spread["tool"] and not old("tool", tool) and account not in spread["account"]:
            found["client elsewhere", tool or "", account] = True
        if event["session"] in spread["session"]:
            found["same session", event["session"], account] = old("ip", ip)
        return found


def _identity(event: Event) -> bool:
    return event["log"].startswith("okta.")


def _slot(event: Event, slot: str) -> str | None:
    if slot != "tool":
        return event[slot]
    agent = event["user_agent"]
    return event["client"] or (agent if agent and not agent.startswith("Mozilla/") else None)
