"""The records of a JSON file as a table, whatever envelope they came in.

A file may hold one value or several: records, arrays of records, answers of the query interface with a
`records` list, or stream messages with a `payload`, a `detail` or an `event`; on one line or many. What
cannot be read is returned as bad records; nothing is dropped.

The engine writes numbers anew (`1e5` as 100000.0). A text that holds a number which would change is
given a string in its place first, so that the value kept is the value logged.
"""

from __future__ import annotations

import re

import pyarrow as pa

from floodmark.engine import Connection, InputError, literal, row, rows
from floodmark.evidence import Plain
from floodmark.ledger.careful import Bad, salvage_json

# Several buffers of a multiple of this are held; a longer line is read as one whole value.
LINE_LIMIT = 16 << 20
# A number that the engine would write another way: exponent, closing zeros, many digits, minus zero.
_DIGITS = (
    r"-?(?:[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+|[0-9]+\.[0-9]*[1-9]0+|[0-9]+\.00+|[0-9]+\.[0-9]{15,}"
    r"|[0-9]{8,}\.[0-9]{8,}|[0-9]{16,}\.[0-9]+)|-0(?:\.0+)?"
)
_ODD = rf"[:,\[]\s*(?:{_DIGITS})\s*[,}}\]]"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?', re.DOTALL)

_LINES = (
    "read_csv({path}, header = false, auto_detect = false, delim = '\x01', quote = '', escape = '',"
    " columns = {{'line': 'VARCHAR'}}, strict_mode = false, null_padding = false,"
    " max_line_size = {limit}, buffer_size = {buffer})"
)
# Trimming walks through every character of a line; the usual line has nothing to trim.
_TRIMMED = """
    CASE WHEN starts_with(line, '{') AND ends_with(line, '}') THEN line
         ELSE nullif(trim(line, chr(13) || ' ' || chr(9) || chr(65279)), '') END
"""
# Null for a text that is not JSON, `[]` for a value that is no object, else the names of its keys. The
# cast quotes what it must, so that equal texts are equal lists. Names are looked for before values:
# each JSON function reads the whole text again.
_KEYS = "try(json_keys({}))::VARCHAR"
# A line from which blanks were trimmed is an object if it is JSON and begins as one.
_JUDGED = f"""
    SELECT _line, line, sound, CASE WHEN sound AND contains(keys, 'records') THEN coalesce(
               json_type(line, '$.records') = 'ARRAY' AND json_type(line, '$.done') = 'BOOLEAN', false)
           ELSE false END AS answer
    FROM (SELECT _line, line, keys, keys IS NOT NULL AND starts_with(line, '{{') AS sound
          FROM (SELECT _line, line, {_KEYS.format("line")} AS keys FROM line WHERE line IS NOT NULL))
"""
# An answer in one line gives its records, a line that is no object one bad record; anything else is a record.
_EXPAND = """
    SELECT row_number() OVER () AS _row, _line, record FROM (
        SELECT _line, unnest(CASE WHEN answer THEN json_extract(line, '$.records[*]')::VARCHAR[]
                                  WHEN sound THEN [line] ELSE [NULL] END) AS record FROM judged)
"""
# Messages of two log streams that carry one event: EventBridge as `detail`, a Splunk collector as `event`.
# An event says its type; a record that has such a member and says its own type is no message.
_ENVELOPE = """
    CASE WHEN contains(keys, 'event') OR contains(keys, 'detail') THEN CASE
        WHEN regexp_matches(keys, '[\\[ ](detail|event)[,\\]]')
             AND NOT regexp_matches(keys, '[\\[ ](eventType|eventtype)[,\\]]') THEN CASE
            WHEN NOT json_object_text(record) THEN NULL
            WHEN json_exists(record, '$.detail.eventType') OR json_exists(record, '$.detail.eventtype')
                THEN json_extract(record, '$.detail')::VARCHAR
            WHEN json_exists(record, '$.event.eventType') OR json_exists(record, '$.event.eventtype')
                THEN json_extract(record, '$.event')::VARCHAR
        END END END"""
# A stream message: the payload is the record, the channel or the schema names its type.
_PAYLOAD = f"""
    SELECT _row, record, keys, coalesce(CASE
        WHEN contains(keys, 'data') OR contains(keys, 'payload') THEN CASE
        WHEN NOT json_object_text(record) OR json_exists(record, '$.EventDate') THEN NULL
        WHEN json_type(record, '$.data.payload') = 'OBJECT'
            THEN json_extract(record, '$.data.payload')::VARCHAR
        WHEN json_type(record, '$.payload') = 'OBJECT' THEN json_extract(record, '$.payload')::VARCHAR
        END END, {_ENVELOPE}) AS payload
    FROM (SELECT _row, record, {_KEYS.format("record")} AS keys FROM raw_record)
"""
_UNWRAPPED = f"""
    SELECT _row, keys, payload IS NOT NULL AS opened, CASE
        WHEN payload IS NULL THEN record
        WHEN kind = '' OR payload = '{{}}' OR json_exists(payload, '$.attributes') THEN payload
        ELSE '{{"attributes":{{"type":"' || kind || '"}},' || substr(payload, 2) END AS record
    FROM (SELECT *, CASE WHEN payload IS NOT NULL THEN regexp_extract(coalesce(
              json_extract_string(record, '$.channel'), json_extract_string(record, '$.topic_name'),
              json_extract_string(record, '$.topic'), ''), '/event/([A-Za-z]+)$', 1) END AS kind
          FROM ({_PAYLOAD}))
"""
_KEYED = f"""
    SELECT _row, record, keys, CASE WHEN contains(keys, 'attributes')
        THEN json_extract_string(record, '$.attributes.type') END AS type
    FROM (SELECT _row, record, CASE WHEN opened THEN {_KEYS.format("record")} ELSE keys END AS keys
          FROM ({_UNWRAPPED}))
"""
# The form of a record: its stated type, or else its sorted keys.
_FORMS = """
    SELECT keys, type, coalesce('type ' || type, 'keys ' || list_sort(keys::VARCHAR[])::VARCHAR) AS form
    FROM (SELECT DISTINCT keys, type FROM record)
"""


def load_records(connection: Connection, plain: Plain) -> list[Bad]:
    """Make the tables record(_row, record, keys, type), one row for each record, and form(keys, type, form).

    `keys` is the list of a record's keys as text, `type` its stated type or null. Returns what could not
    be read.
    """
    bad = _load(connection, plain)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE record AS {_KEYED}")
    broken = rows(connection, "SELECT _row FROM record WHERE keys IS NULL ORDER BY _row")
    connection.execute("DELETE FROM record WHERE keys IS NULL")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE form AS {_FORMS}")
    return bad + [Bad(number, f"row {number}", "not well-formed JSON") for (number,) in broken]


def _load(connection: Connection, plain: Plain) -> list[Bad]:
    lines = _read_lines(connection, plain)
    if lines and not row(connection, "SELECT count(*) FROM judged WHERE NOT sound")[0]:
        return _expand(connection)
    if _load_whole(connection, plain):
        return []
    good: list[tuple[int, str]] = []
    bad: list[Bad] = []
    for each in salvage_json(plain.path):
        bad.append(each) if isinstance(each, Bad) else good.append(each)
    if lines and plain.newlines:
        broken = _expand(connection)
        if row(connection, "SELECT count(*) FROM raw_record")[0] > len(good):
            return broken
    texts = pa.array([exact(text) for _, text in good], pa.string())
    connection.register(
        "salvaged", pa.table({"_row": pa.array([number for number, _ in good], pa.int64()), "record": texts})
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE raw_record AS SELECT * FROM salvaged")
    connection.unregister("salvaged")
    return bad


def exact(text: str) -> str:
    """Return JSON text with each number that the engine would write anew as a string of its digits."""
    if not re.search(_ODD, text):
        return text
    return _TOKEN.sub(lambda found: f'"{found[0]}"' if re.fullmatch(_DIGITS, found[0]) else found[0], text)


def _read_lines(connection: Connection, plain: Plain) -> bool:
    """Make the table judged(_line, line, sound, answer); return whether every line feed is accounted for."""
    scan = _LINES.format(path=literal(str(plain.path)), limit=LINE_LIMIT, buffer=2 * LINE_LIMIT)
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE line AS SELECT row_number() OVER () AS _line,"
            f" {_TRIMMED} AS line FROM {scan}"
        )
    except InputError:
        return False
    (count,) = row(connection, "SELECT count(*) FROM line")
    if count != plain.newlines + (not plain.ends_line):
        return False
    odd = rows(connection, "SELECT _line, line FROM line WHERE regexp_matches(line, $1)", [_ODD])
    if odd:
        table = pa.table(
            {
                "n": pa.array([n for n, _ in odd], pa.int64()),
                "text": pa.array([exact(text) for _, text in odd], pa.string()),
            }
        )
        connection.register("exact_lines", table)
        connection.execute("UPDATE line SET line = text FROM exact_lines WHERE n = _line")
        connection.unregister("exact_lines")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {_JUDGED}")
    connection.execute("DROP TABLE line")
    return True


def _expand(connection: Connection) -> list[Bad]:
    """Make the table raw_record(_row, _line, record) of the judged lines; return the bad ones."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE raw_record AS {_EXPAND}")
    connection.execute("DROP TABLE judged")
    found = rows(
        connection,
        "SELECT _row, _line, _row = (SELECT max(_row) FROM raw_record) FROM raw_record"
        " WHERE record IS NULL ORDER BY _row",
    )
    if found:
        connection.execute("DELETE FROM raw_record WHERE record IS NULL")
    return [
        Bad(number, f"line {line}", "not a JSON object" + (" from here on" if last else ""), cut=last)
        for number, line, last in found
    ]


def _load_whole(connection: Connection, plain: Plain) -> bool:
    """Load a file that is one JSON value: an array, an answer with records, or one record."""
    try:
        text = exact(plain.path.read_text("utf-8-sig"))
        (kind,) = row(connection, "SELECT CASE WHEN json_valid($1) THEN json_type($1) END", [text])
        if kind not in {"ARRAY", "OBJECT"}:
            return False
        (answer,) = row(connection, "SELECT json_type($1, '$.records') = 'ARRAY'", [text])
        where = "$[*]" if kind == "ARRAY" else "$.records[*]"
        sql = (
            "SELECT unnest(generate_series(1, len(list))) AS _row, unnest(list) AS record"
            f" FROM (SELECT json_extract($1, '{where}')::VARCHAR[] AS list)"
            if kind == "ARRAY" or answer
            else "SELECT 1 AS _row, $1 AS record"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE raw_record AS {sql}", [text])
    except (*InputError, UnicodeDecodeError):
        return False
    return True
