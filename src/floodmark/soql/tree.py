"""The parts of a SOQL query, as the parser finds them: names as written, values typed.

Every node says where it stands: `at` is (first character, first character after it) in the text that
was parsed. Nodes are plain values: two equal texts give equal trees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

Place: TypeAlias = tuple[int, int]
"""Offsets into the text: begin, and end (not included)."""


# --- values ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    r"""A quoted string; escapes are resolved, but for `\%` and `\_` in `pattern`."""

    value: str
    """What the string says: `it's` for `'it\\'s'`."""
    pattern: str
    """The same for LIKE: wildcards that were escaped are kept as `\\%`, `\\_`, a backslash as `\\\\`."""
    at: Place


@dataclass(frozen=True)
class Number:
    """A number without unit."""

    value: Decimal
    at: Place


@dataclass(frozen=True)
class Currency:
    """A number with a currency code: USD5000."""

    code: str
    value: Decimal
    at: Place


@dataclass(frozen=True)
class Boolean:
    """TRUE or FALSE."""

    value: bool
    at: Place


@dataclass(frozen=True)
class Null:
    """NULL."""

    at: Place


@dataclass(frozen=True)
class Day:
    """A date: 2025-06-30."""

    value: date
    at: Place


@dataclass(frozen=True)
class Moment:
    """A date-time, in UTC without zone: 2025-06-30T02:11:09Z."""

    value: datetime
    at: Place


@dataclass(frozen=True)
class Span:
    """A date literal: TODAY, LAST_N_DAYS:30. The name is in upper case."""

    name: str
    count: int | None
    at: Place


@dataclass(frozen=True)
class Bind:
    """A variable of the program that asked, such as `:ids`; the log does not hold its value."""

    name: str
    at: Place


Value: TypeAlias = Text | Number | Currency | Boolean | Null | Day | Moment | Span | Bind


# --- what is compared and selected -------------------------------------------------------------------


@dataclass(frozen=True)
class Path:
    """A field, with the relations that lead to it: ("Account", "Owner", "Name")."""

    steps: tuple[str, ...]
    at: Place

    @property
    def text(self) -> str:
        """The path with dots."""
        return ".".join(self.steps)


@dataclass(frozen=True)
class Call:
    """A function with its arguments; the name is in lower case."""

    name: str
    arguments: tuple[Path | Call | Value, ...]
    at: Place


Operand: TypeAlias = Path | Call


# --- conditions --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compare:
    """`left operator value`; the operator is one of = != < <= > >= like (`<>` is read as !=)."""

    left: Operand
    operator: str
    value: Value
    at: Place


@dataclass(frozen=True)
class Among:
    """`left [NOT] IN (values)`, or a bind in place of the list."""

    left: Operand
    values: tuple[Value, ...] | Bind
    negated: bool
    at: Place


@dataclass(frozen=True)
class AmongRows:
    """`left [NOT] IN (SELECT ...)`: a semi-join, or an anti-join when negated."""

    left: Operand
    query: Select
    negated: bool
    at: Place


@dataclass(frozen=True)
class Includes:
    """`left INCLUDES ('A;B', 'C')`, or EXCLUDES when negated; a bind in place of the list."""

    left: Operand
    values: tuple[Text, ...] | Bind
    negated: bool
    at: Place


@dataclass(frozen=True)
class Not:
    """NOT of a condition."""

    term: Condition
    at: Place


@dataclass(frozen=True)
class All:
    """Conditions joined by AND; two or more."""

    terms: tuple[Condition, ...]
    at: Place


@dataclass(frozen=True)
class Any:
    """Conditions joined by OR; two or more."""

    terms: tuple[Condition, ...]
    at: Place


Condition: TypeAlias = Compare | Among | AmongRows | Includes | Not | All | Any


# --- the query ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """A field of the select list, or a function of one, with its alias."""

    what: Operand
    alias: str | None
    at: Place


@dataclass(frozen=True)
class Everything:
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM); `which` is in upper case."""

    which: str
    at: Place


@dataclass(frozen=True)
class Children:
    """A nested SELECT over child rows; its `object` is a relationship name."""

    query: Select
    at: Place


@dataclass(frozen=True)
class TypeOf:
    """TYPEOF field WHEN Type THEN fields ... ELSE fields END."""

    field: Path
    whens: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...]
    at: Place


Item: TypeAlias = Field | Everything | Children | TypeOf


@dataclass(frozen=True)
class Source:
    """A further relation of FROM: `, Contact.Account a`."""

    path: Path
    alias: str | None


@dataclass(frozen=True)
class Order:
    """One key of ORDER BY, defaults filled in: ascending, nulls first."""

    by: Operand
    descending: bool
    nulls_last: bool
    at: Place


@dataclass(frozen=True)
class Clause:
    """A clause that is kept as it is written, such as WITH SECURITY_ENFORCED.

    `text` is in upper case, with one blank between tokens; strings are as written.
    """

    text: str
    at: Place


@dataclass(frozen=True)
class Select:
    """One SELECT. A clause that is not there is None, an empty tuple or false."""

    items: tuple[Item, ...]
    object: str
    at: Place
    object_at: Place = (0, 0)
    alias: str | None = None
    sources: tuple[Source, ...] = ()
    using_scope: str | None = None
    """In lower case: everything, mine, delegated..."""
    where: Condition | None = None
    with_filter: Clause | None = None
    """WITH ...: security mode, data category, record visibility."""
    group: tuple[Operand, ...] = ()
    grouping: str | None = None
    """`rollup` or `cube`, where the group is one."""
    having: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | Bind | None = None
    offset: int | Bind | None = None
    trailing: tuple[Clause, ...] = ()
    """FOR VIEW, UPDATE TRACKING, SET OPTIONS, FOR UPDATE: no effect on which rows come back."""
    all_rows: bool = False


@dataclass(frozen=True)
class Problem:
    """Why the text could not be read on: lower case, no full stop, and where."""

    message: str
    at: Place


@dataclass(frozen=True)
class Parsed:
    """What was read of one text.

    Where the text is cut or broken, `problem` says why and `select` holds what stands before it: the
    items read so far, the object where FROM was reached, and each clause that was read to its end.
    `object` is then the empty string where FROM was not reached. `select` is None only where not even
    the word SELECT was found.
    """

    text: str
    select: Select | None
    problem: Problem | None = None
    items_whole: bool = True
    """The select list was read to its end: what it names is all that the text asks for."""

    @property
    def whole(self) -> bool:
        """The text was read to its end."""
        return self.select is not None and self.problem is None
