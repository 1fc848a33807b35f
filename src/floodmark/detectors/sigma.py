"""The rules that are data, as one detector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from floodmark.engine import Engine, statement
from floodmark.findings import TOLD, Detector, Family, Kind
from floodmark.sigma import SHIPPED, Rule, Rules, load

# Valid accounts, guessing, changed authentication or accounts, requests of a second factor, stolen sessions.
_WAY_IN = frozenset(
    {"T1078", "T1078.004", "T1098", "T1098.001", "T1098.003", "T1098.005", "T1110", "T1110.001", "T1110.003"}
    | {"T1110.004", "T1539", "T1556", "T1556.006", "T1621"}
)


class Sigma(Detector):
    """A rule of the package or of the case fits: what is known of published thefts, written down as data.

    Sees: what the rules say, one by one, in docs/reference/rules.md; each rule is a kind of sign of its own.
    Misses: what each rule says it misses, and a rule whose last event names no account.
    Check: what each rule says.
    """

    id = "sigma"
    title = "a detection rule fits"
    techniques = ()
    response = "Do what the rule says under response; its page names what it misses."
    suspicious = Path(__file__).with_name("sigma.sql")

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        """Take the folders of the case's own rules; those of the package always come first."""
        self.folders = (SHIPPED, *folders)

    @cached_property
    def rules(self) -> Rules:
        """The rules, read when they are first needed; `refused` tells which could not be used."""
        return load(self.folders)

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:  # pyright: ignore[reportIncompatibleVariableOverride] - read when needed
        """One kind a rule. It weighs its points where the ledger does not say that it is common here."""
        return tuple(
            Kind(f"rule-{each.name}", _family(each), rate(each.points), rate(each.points), each.points)
            for each in self.rules.told
        )

    @cached_property
    def _by_name(self) -> Mapping[str, Rule]:
        return {each.name: each for each in self.rules.told}

    def prepare(self, engine: Engine) -> None:
        """Evaluate the rules, and keep the events of hits that no other detector looks at."""
        self.rules.evaluate(engine)
        engine.keep("detect_left_out", statement(Path(__file__).with_name("sigma_left_out.sql")))

    def name(self, row: Mapping[str, Any]) -> str:
        """Return the rule's name."""
        return row["rule"]

    def told(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Tell the rule's title, and how much its window held."""
        rule = self._by_name[row["rule"]]
        held = f" ({row['count']:,} within its window)" if row["count"] > 1 else ""
        return rule.title[:1].lower() + rule.title[1:] + held, ""

    def more_techniques(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the techniques among the rule's tags."""
        return self._by_name[row["rule"]].techniques


def _family(rule: Rule) -> Family:
    """Tell rules about the way in apart: what they see is no other face of a look around or a volume."""
    return "identity" if _WAY_IN & set(rule.techniques) else "rule"


def rate(points: int) -> float:
    """Return the share of weeks at which a sign weighs so many points; 1, a fixed weight, from `TOLD` on."""
    return 1 if points >= TOLD else 10 ** (-(points + 0.25) / 2)


DETECTOR = Sigma()
