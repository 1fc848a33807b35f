"""Detection rules as data: Sigma files in, hits on the ledger out.

    files ─► rules and what is refused ─► scan of `event` ─► hits of simple rules ─► correlations ─► hits

A rule is a Sigma document, or several in one file where a correlation needs rules of its own. All simple
rules are looked at in one pass over the events; a correlation then looks at the hits of its rules. A rule
that only serves a correlation is not told, as Sigma says, unless the correlation says `generate: true`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from floodmark import engine as engines
from floodmark.engine import Engine, EngineError, quote
from floodmark.ledger.source import SLOTS
from floodmark.sigma import scan, statements
from floodmark.sigma.plan import LOOKED_UP, QUERIES, Plan, products, served
from floodmark.sigma.reading import Correlation, Guide, Refused, Rule, Simple, read

__all__ = ["SHIPPED", "Correlation", "Guide", "Refused", "Rule", "Rules", "Simple", "load"]

SHIPPED = Path(__file__).parent.parent / "rules"
"""The folder of the rules that come with the package."""
_ENDINGS = frozenset({".yml", ".yaml"})
_SIZE_LIMIT = 256 * 1024


@dataclass(frozen=True)
class Rules:
    """The rules that can be used, each after the rules it looks at, and what was refused."""

    rules: tuple[Rule, ...]
    refused: tuple[Refused, ...]

    @property
    def told(self) -> tuple[Rule, ...]:
        """Return the rules whose hits are told, by name."""
        untold = served(self.rules)
        return tuple(
            sorted((each for each in self.rules if each.name not in untold), key=lambda each: each.name)
        )

    def evaluate(self, engine: Engine) -> int:
        """Keep the table `detect_sigma_hit`, one row a hit of a rule that is told, and return its length.

        Columns: rule; event, the id of the event that completed it, with its log and actor; at, when it could
        be told; begins_at and ends_at, the first and the last event of it; count, how many events, values
        or rules the window held at that time.

        A correlation is complete at each event whose window, the time span that ends with it, meets the
        condition. Complete events that follow each other within the span are one hit, told at the first.
        A row whose group or counted value is unknown belongs to no group.
        """
        # Texts of queries are looked at once where they recur, else the search for them would cost more.
        texts, distinct = engine.row("SELECT count(query), approx_count_distinct(query) FROM event")
        plan = Plan(self.rules, (*LOOKED_UP, QUERIES) if texts >= 2 * distinct else LOOKED_UP)
        plan = scan.evaluate(plan, engine)
        tables = {each.name: "detect_sigma_base" for each in plan.rules if isinstance(each.body, Simple)}
        for number, rule in enumerate(each for each in plan.rules if isinstance(each.body, Correlation)):
            tables[rule.name] = f"detect_sigma_{number}"
            engine.keep(tables[rule.name], statements.correlated(plan, rule, tables))
        told = [each.name for each in self.told if each.name in tables]
        return engine.keep("detect_sigma_hit", statements.hits(plan, told, tables))


def load(folders: Sequence[Path]) -> Rules:
    """Read every rule file of some folders, the same whatever their order on disk.

    A file that cannot be read, or a rule that has no meaning on the ledger, is refused with its reason and
    hides no other. A folder that does not exist holds no rule. Of two rules of one name the first folder's,
    and in one folder the first file's, counts; the other is refused.
    """
    found: list[Rule] = []
    refused: list[Refused] = []
    for folder in folders:
        for file in sorted(each for each in folder.glob("*") if each.suffix.lower() in _ENDINGS):
            rules, bad = _file(file)
            found += rules
            refused += bad
    rules, bad = _distinct(found)
    refused += bad
    rules, bad = _proven(rules)
    refused += bad
    rules, bad = _linked(rules)
    return Rules(
        tuple(rules),
        tuple(sorted((*refused, *bad), key=lambda each: (each.file, each.position, each.reason))),
    )


def _file(file: Path) -> tuple[list[Rule], list[Refused]]:
    """Read one file, if it is one of a sensible size."""
    if not file.is_file() or file.is_symlink():
        return [], [Refused(file.name, "", "is not a regular file")]
    if file.stat().st_size > _SIZE_LIMIT:
        return [], [Refused(file.name, "", f"is larger than {_SIZE_LIMIT:,} bytes")]
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return [], [Refused(file.name, "", f"cannot be read as UTF-8 text: {error}")]
    return read(file.name, text)


def _distinct(rules: Iterable[Rule]) -> tuple[list[Rule], list[Refused]]:
    """Refuse a rule whose name or id another rule has already."""
    taken: dict[str, Rule] = {}
    kept: list[Rule] = []
    refused: list[Refused] = []
    for rule in rules:
        keys = {rule.name, rule.id} - {""}
        other = next((taken[key] for key in sorted(keys) if key in taken), None)
        if other:
            reason = f"has the name or id of a rule in {other.file}, {other.position}"
            refused.append(Refused(rule.file, rule.position, reason))
        else:
            kept.append(rule)
            taken.update(dict.fromkeys(keys, rule))
    return kept, refused


def _proven(rules: Iterable[Rule]) -> tuple[list[Rule], list[Refused]]:
    """Let the engine bind every condition once, over no rows: what it refuses is refused here, not later."""
    kept: list[Rule] = []
    refused: list[Refused] = []
    with engines.memory(threads=1) as connection:
        columns = ", ".join(f"{quote(name)} {kind}" for name, kind in SLOTS.items())
        connection.execute(f"CREATE TABLE event (event VARCHAR, log VARCHAR, {columns})")
        for rule in rules:
            try:
                if isinstance(rule.body, Simple):
                    engines.rows(connection, statements.single(rule.body))
                kept.append(rule)
            except EngineError as error:
                reason = f"the engine cannot evaluate it: {' '.join(str(error).split())}"
                refused.append(Refused(rule.file, rule.position, reason))
    return kept, refused


def _linked(rules: Sequence[Rule]) -> tuple[list[Rule], list[Refused]]:
    """Put each rule after those it looks at; refuse one whose rules are absent, or that looks at itself."""
    waiting = {each.name: each for each in rules}
    named = {each.id: each.name for each in rules if each.id} | {each.name: each.name for each in rules}
    placed: dict[str, Rule] = {}
    while True:
        ready = [each for each in waiting.values() if _parts(each, named) <= placed.keys()]
        if not ready:
            break
        for rule in sorted(ready, key=lambda each: each.name):
            placed[rule.name] = statements.renamed(rule, named)
            del waiting[rule.name]
    refused = [Refused(each.file, each.position, _missing(each, named)) for each in waiting.values()]
    kept: list[Rule] = []
    known = products(placed.values())
    for rule in placed.values():
        reason = statements.unknown(rule, known)
        (refused.append(Refused(rule.file, rule.position, reason)) if reason else kept.append(rule))
    return _whole(kept, refused)


def _whole(kept: list[Rule], refused: list[Refused]) -> tuple[list[Rule], list[Refused]]:
    """Refuse what looks at a rule that was refused after all."""
    while True:
        names = {each.name: each.name for each in kept}
        bad = [each for each in kept if not _parts(each, names) <= names.keys()]
        if not bad:
            return kept, refused
        refused += [Refused(each.file, each.position, _missing(each, names)) for each in bad]
        kept = [each for each in kept if each not in bad]


def _parts(rule: Rule, named: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the rules that a rule looks at."""
    if isinstance(rule.body, Simple):
        return frozenset()
    return frozenset(named.get(part.rule, part.rule) for part in rule.body.parts)


def _missing(rule: Rule, named: Mapping[str, str]) -> str:
    absent = sorted(_parts(rule, named) - set(named.values()))
    if absent:
        return f"looks at '{', '.join(absent)}', which is no rule that can be used"
    return "looks at itself, directly or through other rules"
