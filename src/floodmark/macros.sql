-- Macros that every statement may use. One statement each, ended by a semicolon at the end of a line.

-- Null for the empty string, else the text as it is.
CREATE OR REPLACE MACRO known(value) AS nullif(value, '');

-- UTC timestamp of an ISO time that carries Z or an offset (with or without colon), or of epoch
-- milliseconds; null for anything else.
CREATE OR REPLACE MACRO utc_time(value) AS CASE
    WHEN regexp_full_match(value, '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]00:?00)')
        THEN try_cast(regexp_replace(value, '(Z|[+-]00:?00)$', '') AS TIMESTAMP)
    WHEN regexp_full_match(value, '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?[+-]\d{2}:?\d{2}')
        THEN try_cast(regexp_replace(value, '[+-]\d{2}:?\d{2}$', '') AS TIMESTAMP)
            - (CASE regexp_extract(value, '([+-])\d{2}:?\d{2}$', 1) WHEN '-' THEN -1 ELSE 1 END)
            * to_minutes(60 * regexp_extract(value, '[+-](\d{2}):?\d{2}$', 1)::INTEGER
                         + regexp_extract(value, '[+-]\d{2}:?(\d{2})$', 1)::INTEGER)
    WHEN regexp_full_match(value, '\d{13}')
        THEN make_timestamp(try_cast(value AS BIGINT) * 1000)
END;

-- UTC timestamp of the event log's compact form yyyyMMddHHmmss.SSS.
CREATE OR REPLACE MACRO compact_time(value) AS CASE
    WHEN regexp_full_match(value, '\d{14}(\.\d{1,6})?')
        THEN try_cast(substr(value, 1, 4) || '-' || substr(value, 5, 2) || '-' || substr(value, 7, 2) || ' '
                      || substr(value, 9, 2) || ':' || substr(value, 11, 2) || ':' || substr(value, 13) AS TIMESTAMP)
END;

-- A whole number written as an integer or as 1000364.0; null for anything else or below zero.
CREATE OR REPLACE MACRO whole(value) AS CASE
    WHEN regexp_full_match(value, '\d{1,18}(\.0+)?') THEN try_cast(split_part(value, '.', 1) AS BIGINT)
END;

-- The three check characters of the first 15 of an id (ids.check_characters in bulk): each upper-case
-- letter of five is one bit, the lowest first.
CREATE OR REPLACE MACRO id_check(first) AS
       substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + (substr(first, 1, 1) BETWEEN 'A' AND 'Z')::INTEGER
        + (substr(first, 2, 1) BETWEEN 'A' AND 'Z')::INTEGER * 2
        + (substr(first, 3, 1) BETWEEN 'A' AND 'Z')::INTEGER * 4
        + (substr(first, 4, 1) BETWEEN 'A' AND 'Z')::INTEGER * 8
        + (substr(first, 5, 1) BETWEEN 'A' AND 'Z')::INTEGER * 16, 1)
    || substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + (substr(first, 6, 1) BETWEEN 'A' AND 'Z')::INTEGER
        + (substr(first, 7, 1) BETWEEN 'A' AND 'Z')::INTEGER * 2
        + (substr(first, 8, 1) BETWEEN 'A' AND 'Z')::INTEGER * 4
        + (substr(first, 9, 1) BETWEEN 'A' AND 'Z')::INTEGER * 8
        + (substr(first, 10, 1) BETWEEN 'A' AND 'Z')::INTEGER * 16, 1)
    || substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + (substr(first, 11, 1) BETWEEN 'A' AND 'Z')::INTEGER
        + (substr(first, 12, 1) BETWEEN 'A' AND 'Z')::INTEGER * 2
        + (substr(first, 13, 1) BETWEEN 'A' AND 'Z')::INTEGER * 4
        + (substr(first, 14, 1) BETWEEN 'A' AND 'Z')::INTEGER * 8
        + (substr(first, 15, 1) BETWEEN 'A' AND 'Z')::INTEGER * 16, 1);

-- Whether the check characters of an 18-character id say that the letter at a place (from 0) is upper case.
CREATE OR REPLACE MACRO says_upper(value, place) AS
    ((strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', upper(substr(value, 16 + place // 5, 1))) - 1) >> (place % 5)) & 1 = 1;

-- An 18-character id in the case that its check characters state, and whether they can: no digit is a capital.
CREATE OR REPLACE MACRO restored_id(value) AS array_to_string([
    CASE WHEN says_upper(value, i) THEN upper(substr(value, i + 1, 1)) ELSE lower(substr(value, i + 1, 1)) END
    for i in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]], '') || upper(substr(value, 16, 3));
CREATE OR REPLACE MACRO restorable_id(value) AS NOT list_contains([
    says_upper(value, i) AND substr(value, i + 1, 1) BETWEEN '0' AND '9'
    for i in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]], true);

-- The 18-character form of a record id; null when the value has not the form of one (ids.canonical in bulk).
-- An id all in one case may have lost its case; lower case with AAA has not. The costly test stands inside
-- its own CASE: beside an AND it would run for every row.
CREATE OR REPLACE MACRO record_id(value) AS CASE
    WHEN regexp_full_match(value, '[a-z0-9]{15}AAA') THEN value
    WHEN regexp_full_match(value, '([A-Z0-9]{15}|[a-z0-9]{15})[A-Za-z0-5]{3}')
        THEN CASE WHEN restorable_id(value) THEN restored_id(value)
                  ELSE substr(value, 1, 15) || id_check(value) END
    WHEN regexp_full_match(value, '[A-Za-z0-9]{15}([A-Za-z0-9]{3})?')
        THEN substr(value, 1, 15) || id_check(value) END;

-- UTC timestamp of a wall-clock time in a zone; null when that hour was skipped or occurred twice.
CREATE OR REPLACE MACRO zoned_time(wall, zone) AS CASE
    WHEN timezone(zone, timezone(zone, wall)) <> wall THEN NULL
    WHEN timezone(zone, timezone(zone, wall) + INTERVAL 1 HOUR) = wall
      OR timezone(zone, timezone(zone, wall) - INTERVAL 1 HOUR) = wall THEN NULL
    ELSE timezone('UTC', timezone(zone, wall)) END;

-- A cell that no spreadsheet runs: a leading formula sign gets a single quote before it (text.inert_cell in bulk).
CREATE OR REPLACE MACRO inert_cell(value) AS CASE
    WHEN left(value, 1) IN ('=', '+', '-', '@', chr(9), chr(10), chr(13), '|', '＝', '＋', '－', '＠') THEN '''' || value
    ELSE value END;

-- Whether a text is one JSON object. The CASE keeps illegible text from the type test, which would stop on it.
CREATE OR REPLACE MACRO json_object_text(value) AS CASE WHEN json_valid(value) THEN json_type(value) = 'OBJECT' ELSE false END;

-- Whether a client or user agent is the platform's app of a telephone, whose network changes by nature.
CREATE OR REPLACE MACRO is_phone(name) AS regexp_matches(name, '(?i)salesforce ?(mobile|for (ios|android))');

-- The browser of a desk that a user agent names, and its system where that is told: 'firefox on windows'; null for a program,
-- for a telephone's, and for the short names of some logs, which do not tell the system.
CREATE OR REPLACE MACRO browser(name) AS CASE
    WHEN starts_with(name, 'Mozilla/') AND NOT regexp_matches(name, '(?i)\b(iphone|ipad|android|mobile)\b|headless|bot\b') THEN
        CASE WHEN regexp_matches(name, '(?i)\bedge?\b') THEN 'edge'
             WHEN regexp_matches(name, '(?i)\b(opr|opera)\b') THEN 'opera'
             WHEN regexp_matches(name, '(?i)\bfirefox\b') THEN 'firefox'
             WHEN regexp_matches(name, '(?i)\bchrome\b') THEN 'chrome'
             WHEN regexp_matches(name, '(?i)\bsafari\b') THEN 'safari' END
        || CASE WHEN regexp_matches(name, '(?i)\bwindows\b') THEN ' on windows'
                WHEN regexp_matches(name, '(?i)\b(macintosh|mac os)\b') THEN ' on macos'
                WHEN regexp_matches(name, '(?i)\blinux\b') THEN ' on linux' ELSE '' END
END;

-- The first two parts of an address or network (/16 of IPv4, /32 of IPv6): mostly of one provider.
CREATE OR REPLACE MACRO neighbourhood(net) AS regexp_extract(net, '^\d+\.\d+|^[^:]*:[^:]*');
