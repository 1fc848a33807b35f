"""Who is one person by probabilistic linkage: Splink's model, fed and bounded here.

1. Every mapped value that linkage compares is folded as a key is (`people.compared`).
2. Records that share a block, such as an e-mail address, or birth date and start of the name, are
   candidates. A block of more than 100 records brings nobody together, so that a shared address cannot
   make all pairs of its records. Records without a partner need not be looked at again.
3. How often values agree by chance is counted on pairs of a fixed sample; how often they agree in one
   person is estimated by Splink's expectation maximisation, single-threaded, and rounded.
4. Splink scores the candidates; a frequent value says less than a rare one.
5. Splink takes its comparisons for independent, which the address, e-mail and telephone of one household
   are not. So a pair is joined only if something that is a person's own is alike, and not if the birth
   dates are plainly different; it is doubtful then.

Equal tables give equal probabilities, whatever the order of their rows and the number of threads.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

from floodmark.engine import Engine, quote
from floodmark.errors import UsageError
from floodmark.snapshot import people
from floodmark.snapshot.datamap import LINKED
from floodmark.snapshot.people import Stored
from floodmark.snapshot.tables import statement

JOINED = 0.95
"""Least probability at which two records are one person."""
DOUBTFUL = 0.5
"""Least probability at which a pair is listed for somebody to look at."""
_CROWD = 100
_SAMPLE = 800
_FEWEST_PAIRS = 200
_MOST_PAIRS = 1_000_000
_SESSIONS = 2
# A small table says little about chance, so it is taken for part of one of this size.
_LEAST_RECORDS = 10_000
_NEAR: Mapping[str, tuple[str, ...]] = {
    "name": ("jaro_winkler_similarity({l}, {r}) >= 0.92", "jaro_winkler_similarity({l}, {r}) >= 0.85"),
    "email": ("levenshtein({l}, {r}) <= 2",),
    "address": ("jaro_winkler_similarity({l}, {r}) >= 0.92",),
    "postal_code": ("levenshtein({l}, {r}) <= 1",),
}
# Two, so that exchanged neighbours are seen too: the distance that has them as one is eight times slower.
_NEAR_OTHERS = ("levenshtein({l}, {r}) <= 1", "levenshtein({l}, {r}) <= 2")
_TOGETHER = ("name", "date_of_birth", "address", "postal_code")
_SHARED = ("email", "phone", "address", "postal_code")
_COARSE = ("date_of_birth", "postal_code")
_START = "substr(name, 1, 3)"
_BLOCKS = (
    ("date_of_birth", _START),
    ("date_of_birth", "postal_code"),
    ("name", "postal_code"),
    ("address", _START),
    ("date_of_birth", "address"),
)
_TABLES = (
    "linked_block",
    "linked_member",
    "linked_pair",
    "linked_input",
    "linked_train",
    "linked_sample",
    "linked_chance",
)


@dataclass(frozen=True)
class _Level:
    """One degree of agreement of a category, with its shares among same and other people."""

    condition: str
    same: float
    chance: float


@dataclass(frozen=True)
class _Work:
    """What is linked: the engine, the objects, and the categories they have."""

    store: Engine
    stored: Sequence[Stored]
    categories: tuple[str, ...]

    def rows(self, columns: Sequence[str] | None = None) -> str:
        """Return the statement that gives record_no and the compared values of every record."""
        wanted = self.categories if columns is None else columns
        return "\nUNION ALL\n".join(_values(each, wanted) for each in self.stored)


def link(store: Engine, stored: Sequence[Stored]) -> tuple[str, int]:
    """Derive the tables `linkage_pair`, `edge` and `record_key` from the stored tables.

    - `linkage_pair`: a, b BIGINT (record numbers, a < b), probability DOUBLE (0.5 to 1, four digits);
    - `edge`: the pairs that are one person;
    - `record_key`: record_no of every record that has a value to compare.

    Args:
        store: an engine whose folding tables may be replaced.
        stored: the objects whose records belong to people.

    Returns:
        The alternative to linkage: what an exact key is, in words, and how many people it makes of the
        linked records.

    Raises:
        UsageError: Splink is not installed.
    """
    splink = _splink()
    linked = [each for each in stored if each.mapped.linkage]
    has = {category for each in linked for category in each.mapped.fields.values()}
    work = _Work(store, linked, tuple(name for name in LINKED if name in has))
    people.fold(store, [(each, name) for each in linked for name in _fields(each, work.categories)])
    anything = " OR ".join(f"{name} IS NOT NULL" for name in work.categories)
    store.keep("record_key", f"SELECT record_no FROM ({work.rows()}) WHERE {anything}")  # noqa: S608 - names of ours
    _candidates(work)
    with _tidied(store):
        _score(splink, work)
    store.keep("edge", statement("linked_edge").format(joined=JOINED))
    alternative = _exact(work)
    for name in (*_TABLES, *(f"linked_{name}" for name in work.categories)):
        store.connection.execute(f"DROP TABLE IF EXISTS {name}")
    return alternative


def _splink() -> Any:
    """Return the library, which is an extra."""
    try:
        import splink  # noqa: PLC0415 - only who links needs it
    except ImportError as error:
        raise UsageError(
            "linkage: probabilistic needs Splink, which is not installed",
            hint="pip install 'floodmark[linkage]'",
        ) from error
    return splink


def _fields(stored: Stored, categories: Sequence[str]) -> list[str]:
    """Return the fields of an object that linkage compares, sorted."""
    return [name for name, category in stored.mapped.fields.items() if category in categories]


def _values(stored: Stored, categories: Sequence[str]) -> str:
    """Return the statement that gives the compared values of one object."""
    joins: list[str] = []
    values: list[str] = []
    for category in categories:
        parts: list[str] = []
        for name in _fields(stored, (category,)):
            folded = f"folded{len(joins)}"
            joins.append(f" LEFT JOIN folded_text AS {folded} ON {folded}.text = {quote(name)}")
            value = f"coalesce({folded}.code, lower(stripped({quote(name)})))"
            parts.append(f"CASE WHEN has_value({quote(name)}) THEN {value} END")
        values.append(f"{_one(category, parts)} AS {category}")
    return statement("linkable").format(
        offset=stored.offset, values=", ".join(values), path=stored.path, joins="".join(joins)
    )


def _one(category: str, parts: Sequence[str]) -> str:
    """Return one value of a category: the first there is; of a name all words, each once."""
    if not parts:
        return "NULL::VARCHAR"
    if category != "name" or len(parts) == 1:
        return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]
    words = f"string_split(concat_ws(' ', {', '.join(parts)}), ' ')"
    each_once = f"list_filter({words}, lambda word, place: list_position({words}, word) = place)"
    return f"nullif(array_to_string({each_once}, ' '), '')"


def _rules(categories: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the blocks of the given categories, as expressions that have to be equal together."""
    has = {*categories, *([_START] if "name" in categories else [])}
    rules: list[tuple[str, ...]] = [(name,) for name in categories if name not in _TOGETHER]
    rules += [block for block in _BLOCKS if has.issuperset(block)]
    if "name" in has and not any(part in {"name", _START} for block in rules for part in block):
        rules.append(("name",))
    return rules or [tuple(categories)]


def _candidates(work: _Work) -> None:
    """Derive the pairs that are scored, the records in them, and a fixed sample of all records."""
    store = work.store
    rules = _rules(work.categories)
    hashes = (
        f"CASE WHEN {' AND '.join(f'{part} IS NOT NULL' for part in rule)}"
        f" THEN hash({number}, {', '.join(rule)}) END AS block_{number}"
        for number, rule in enumerate(rules)
    )
    store.keep("linked_block", f"SELECT record_no, {', '.join(hashes)} FROM ({work.rows()})")  # noqa: S608 - names of ours
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE linked_member"
        " (record_no BIGINT, rule INTEGER, block UBIGINT, crowded BOOLEAN)"
    )
    for number in range(len(rules)):
        store.connection.execute(_members(number))
    store.keep("linked_pair", statement("linked_pair") + " ORDER BY ALL")
    _keep_values(work, "linked_input", "SELECT record_no FROM linked_member")
    _keep_values(
        work,
        "linked_sample",
        f"SELECT record_no FROM linked_block ORDER BY hash(record_no), 1 LIMIT {_SAMPLE}",  # noqa: S608 - a number of ours
    )
    crowded = "SELECT record_no FROM linked_member WHERE crowded"
    store.keep(
        "linked_train",
        f"SELECT * FROM linked_input WHERE unique_id NOT IN ({crowded}) ORDER BY unique_id",  # noqa: S608 - the line above
    )


def _members(number: int) -> str:
    """Return the statement that adds the records which share a block of one rule."""
    block = f"block_{number}"
    return (
        f"INSERT INTO linked_member SELECT record_no, {number}, {block}, shared.size > {_CROWD}"  # noqa: S608 - numbers of ours
        f" FROM linked_block JOIN (SELECT {block} AS block, count(*) AS size FROM linked_block"
        f" WHERE {block} IS NOT NULL GROUP BY {block} HAVING count(*) > 1) AS shared"
        f" ON shared.block = linked_block.{block}"
    )


def _keep_values(work: _Work, name: str, wanted: str) -> None:
    """Derive a table of compared values (unique_id and one column per category) of the wanted records."""
    columns = ", ".join(work.categories)
    work.store.keep(
        name,
        f"SELECT record_no AS unique_id, {columns} FROM ({work.rows()})"  # noqa: S608 - names of ours
        f" WHERE record_no IN ({wanted}) ORDER BY record_no",
    )


def _exact(work: _Work) -> tuple[str, int]:
    """Return the exact key that the alternative count uses, in words, and the people it makes."""
    key = ("email",) if "email" in work.categories else work.categories
    # A value's length keeps the parts of a key apart; one null part makes the whole key null.
    value = " || ".join(f"length({name}) || ':' || {name}" for name in key)
    count, without = work.store.row(
        f"SELECT count(DISTINCT {value}), count(*) FILTER (({value}) IS NULL) FROM ({work.rows(key)})"  # noqa: S608 - names of ours
    )
    return f"distinct {' and '.join(key)}", count + without


def _score(splink: Any, work: _Work) -> None:
    """Derive table `linkage_pair` from the candidates."""
    store = work.store
    if store.row("SELECT count(*) FROM linked_pair") == (0,):
        store.keep("linkage_pair", statement("linkage_pair_of_none"))
        return
    prior = _prior(work)
    model = {category: _by_chance(work, category) for category in _chances(work)}
    with _alone(store):
        model = _trained(splink, work, model, prior)
    linker = _linker(splink, work, "linked_input", _settings(model, prior))
    tables = linker.table_management
    for category in work.categories:
        tables.register_term_frequency_lookup(linker._db_api.register(_frequency(work, category)), category)  # noqa: SLF001 - the way in has no public name
    tables.register_blocked_pairs_for_predict(linker._db_api.register("linked_pair"))  # noqa: SLF001
    scored = linker.inference.predict(threshold_match_probability=DOUBTFUL - 0.001, warning_mode="never")
    pairs = statement("linkage_pair").format(
        scored=quote(scored.physical_name),
        household=_household(work.categories),
        joined=JOINED,
        doubtful=DOUBTFUL,
    )
    store.keep("linkage_pair", pairs)


def _household(categories: Sequence[str]) -> str:
    """Return whether `l` and `r` may be two members of a household, who share addresses and numbers.

    They may if their birth dates are plainly different, or nothing that is a person's own is alike.
    """
    own = [f"l.{name} = r.{name}" for name in categories if name not in _SHARED]
    near = {"name": "jaro_winkler_similarity(l.name, r.name) >= 0.92"}
    near["date_of_birth"] = "levenshtein(l.date_of_birth, r.date_of_birth) <= 2"
    own += [condition for name, condition in near.items() if name in categories]
    unlike = [f"coalesce(NOT ({near['date_of_birth']}), false)"] if "date_of_birth" in categories else []
    unlike += [f"NOT coalesce({' OR '.join(own)}, false)"] if own else []
    return " OR ".join(unlike) or "false"


def _prior(work: _Work) -> float:
    """Return how probable it is that two records, drawn at random, are one person.

    Candidates that agree on two values which few people share are counted, as if one in five were missed.
    """
    total = work.store.row("SELECT count(*) FROM linked_block")[0]
    same = work.store.row(
        "SELECT count(*) FROM linked_pair JOIN linked_input AS l ON l.unique_id = join_key_l"  # noqa: S608 - names of ours
        f" JOIN linked_input AS r ON r.unique_id = join_key_r WHERE {_agreements(work)} >= 2"
    )[0]
    return min(max(same, 1) / 0.8 / (total * (total - 1) / 2), 0.01)


def _agreements(work: _Work) -> str:
    """Return the expression that counts on how many values `l` and `r` agree, postal codes left out."""
    names = [name for name in work.categories if name != "postal_code"]
    names = names if len(names) > 1 else list(work.categories)
    return "(" + " + ".join(f"coalesce((l.{name} = r.{name})::INTEGER, 0)" for name in names) + ")"


def _conditions(category: str, left: str, right: str) -> list[str]:
    """Return the degrees of agreement of a category as conditions, equality first."""
    near = _NEAR.get(category, _NEAR_OTHERS)
    return [f"{left} = {right}", *(each.format(l=left, r=right) for each in near)]


def _chances(work: _Work) -> Sequence[str]:
    """Derive table `linked_chance`: the degrees of agreement of all pairs of the sample that look unlike."""
    degrees: list[str] = []
    for category in work.categories:
        left, right = f"l.{category}", f"r.{category}"
        cases = " ".join(
            f"WHEN {condition} THEN {number}"
            for number, condition in enumerate(_conditions(category, left, right))
        )
        degrees.append(
            f"CASE WHEN {left} IS NULL OR {right} IS NULL THEN NULL {cases} ELSE -1 END AS {category}"
        )
    work.store.keep(
        "linked_chance",
        f"SELECT {', '.join(degrees)} FROM linked_sample AS l"  # noqa: S608 - names of ours
        f" JOIN linked_sample AS r ON l.unique_id < r.unique_id WHERE {_agreements(work)} < 2",
    )
    return work.categories


def _by_chance(work: _Work, category: str) -> list[_Level]:
    """Return the degrees of agreement of a category, with usual shares for records of one person."""
    counted: dict[int, int] = dict(
        work.store.rows(
            f"SELECT {category}, count(*) FROM linked_chance WHERE {category} IS NOT NULL GROUP BY ALL"  # noqa: S608 - names of ours
        )
    )
    conditions = _conditions(category, f"{category}_l", f"{category}_r")
    total = sum(counted.values()) + _LEAST_RECORDS
    chance = [(counted.get(number, 0) + 0.5) / total for number in range(len(conditions))]
    same = [0.85, *[0.1 / (len(conditions) - 1)] * (len(conditions) - 1)]
    levels = [_Level(*each) for each in zip(conditions, same, chance, strict=True)]
    return [*levels, _Level("ELSE", 0.05, 1 - sum(chance))]


def _trained(
    splink: Any,
    work: _Work,
    model: Mapping[str, list[_Level]],
    prior: float,
) -> dict[str, list[_Level]]:
    """Return the model with the shares that Splink estimates for records of one person."""
    rules = _training_rules(work)
    if not rules:
        return dict(model)
    linker = _linker(splink, work, "linked_train", _settings(model, prior, weighted=False))
    for rule in rules:
        # A share that tends to zero stops a session with an error; what was learnt before stays.
        with suppress(ValueError, splink.internals.exceptions.SplinkException):
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True, max_pairs=_MOST_PAIRS
            )
    found = cast("dict[str, Any]", linker.misc.save_model_to_json())
    return {
        each["output_column_name"]: _learnt(model[each["output_column_name"]], each["comparison_levels"][1:])
        for each in found["comparisons"]
    }


def _training_rules(work: _Work) -> list[str]:
    """Return up to two conditions on pairs, each with enough of them to learn the other values from."""
    rules = [(name,) for name in work.categories if name not in _TOGETHER]
    rules += [("name", "date_of_birth"), ("name", "postal_code"), ("date_of_birth", "postal_code"), ("name",)]
    found: list[str] = []
    for rule in rules:
        if len(found) == _SESSIONS or not set(rule) < set(work.categories):
            continue
        condition = " AND ".join(f"l.{name} = r.{name}" for name in rule)
        (pairs,) = work.store.row(
            f"SELECT count(*) FROM linked_train AS l JOIN linked_train AS r"  # noqa: S608 - names of ours
            f" ON {condition} AND l.unique_id < r.unique_id"
        )
        if pairs >= _FEWEST_PAIRS:
            found.append(condition)
    return found


def _learnt(levels: Sequence[_Level], trained: Sequence[Mapping[str, Any]]) -> list[_Level]:
    """Return the degrees with the shares that were learnt; the usual ones where those make no sense."""
    shares = [each.get("m_probability") for each in trained]
    numbers = [
        min(max(round(share, 6), 0.001), 0.999) if isinstance(share, float) else level.same
        for share, level in zip(shares, levels, strict=True)
    ]
    if numbers[0] <= levels[0].chance or numbers[-1] >= levels[-1].chance:
        return list(levels)
    return [
        _Level(level.condition, number, level.chance) for level, number in zip(levels, numbers, strict=True)
    ]


def _settings(
    model: Mapping[str, Sequence[_Level]], prior: float, *, weighted: bool = True
) -> dict[str, Any]:
    """Return the model in Splink's form; `weighted` tells frequent values from rare ones."""
    comparisons: list[dict[str, Any]] = []
    for category, levels in model.items():
        blank = f"{category}_l IS NULL OR {category}_r IS NULL"
        listed: list[dict[str, Any]] = [
            {"sql_condition": blank, "label_for_charts": "blank", "is_null_level": True}
        ]
        listed += [
            {
                "sql_condition": level.condition,
                "label_for_charts": level.condition,
                "m_probability": level.same,
                "u_probability": level.chance,
            }
            for level in levels
        ]
        if weighted:
            listed[1]["tf_adjustment_column"] = category
            # A small table holds few dates, so that each looks rarer than it is.
            listed[1]["tf_minimum_u_value"] = levels[0].chance if category in _COARSE else 0.0
        comparisons.append({"output_column_name": category, "comparison_levels": listed})
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": prior,
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [],
        "em_convergence": 0.001,
        "max_iterations": 10,
        "retain_matching_columns": False,
    }


def _linker(splink: Any, work: _Work, table: str, settings: Mapping[str, Any]) -> Any:
    """Return Splink's linker on one of our tables, in our own connection."""
    access = splink.DuckDBAPI(connection=work.store.connection)
    return splink.Linker(access.register(table), settings, log_level=None, validate_settings=False)


def _frequency(work: _Work, category: str) -> str:
    """Derive how frequent the values of the candidates are among all records, and return the table."""
    has = f"(SELECT count(*) FILTER ({category} IS NOT NULL) / count(*) FROM linked_sample)"  # noqa: S608 - a name of ours
    values = f"SELECT {category} FROM linked_input"  # noqa: S608 - names of ours
    work.store.keep(
        f"linked_{category}",
        f"SELECT {category}, count(*) / greatest({_LEAST_RECORDS},"  # noqa: S608 - names of ours
        f" {has} * (SELECT count(*) FROM linked_block)) AS tf_{category}"
        f" FROM ({work.rows((category,))}) WHERE {category} IN ({values}) GROUP BY {category}",
    )
    return f"linked_{category}"


@contextmanager
def _alone(store: Engine) -> Generator[None]:
    """Run on one thread: sums of fractions depend on their order."""
    (threads,) = store.row("SELECT current_setting('threads')")
    store.connection.execute("SET threads = 1")
    try:
        yield
    finally:
        store.connection.execute(f"SET threads = {int(threads)}")


@contextmanager
def _tidied(store: Engine) -> Generator[None]:
    """Keep Splink's remarks from the terminal, and remove what it leaves in the database."""
    log = logging.getLogger("splink")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)
        for name, kind in store.rows(statement("splink_left")):
            store.connection.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} IF EXISTS {quote(name)}")
