-- Macros over values of the customer tables. One statement each, ended by a semicolon at the end of a line.

-- The value without white space at its ends: the same characters that Python's str.strip removes. Trimming
-- takes a set apart for every row, so text with printable ASCII at both ends is told first.
CREATE OR REPLACE TEMP MACRO stripped(value) AS CASE
    WHEN value >= '!' AND value < chr(127) AND right(value, 1) BETWEEN '!' AND '~' THEN value
    ELSE trim(value,
    chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31) || chr(32)
    || chr(133) || chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196)
    || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233)
    || chr(8239) || chr(8287) || chr(12288)) END;

-- Whether the value is neither null nor blank. Text that opens with a printable ASCII character is told
-- without trimming, which is nearly all of it.
CREATE OR REPLACE TEMP MACRO has_value(value) AS coalesce(
    CASE WHEN value >= '!' AND value < chr(127) THEN true ELSE stripped(value) <> '' END, false);

-- UTC timestamp of a time with offset, or of a plain date, taken as its first moment in UTC.
CREATE OR REPLACE TEMP MACRO moment(value) AS CASE
    WHEN regexp_full_match(value, '\d{4}-\d{2}-\d{2}') THEN try_cast(value AS TIMESTAMP)
    ELSE utc_time(value) END;

-- Whether the check characters of an 18-character id say that the letter at a place (from 0) is upper case.
CREATE OR REPLACE TEMP MACRO says_upper(value, place) AS
    ((strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', upper(substr(value, 16 + place // 5, 1))) - 1) >> (place % 5)) & 1 = 1;

CREATE OR REPLACE TEMP MACRO said_case(value, place) AS CASE
    WHEN says_upper(value, place) THEN upper(substr(value, place + 1, 1)) ELSE lower(substr(value, place + 1, 1)) END;

CREATE OR REPLACE TEMP MACRO fits_case(value, place) AS
    NOT says_upper(value, place) OR substr(value, place + 1, 1) NOT BETWEEN '0' AND '9';

-- An 18-character id whose case was lost, restored as far as its check characters state it (ids.canonical).
CREATE OR REPLACE TEMP MACRO case_restored(value) AS CASE
    WHEN regexp_full_match(value, '([A-Z0-9]{15}|[a-z0-9]{15})[A-Za-z0-5]{3}')
        AND fits_case(value, 0) AND fits_case(value, 1) AND fits_case(value, 2) AND fits_case(value, 3)
        AND fits_case(value, 4) AND fits_case(value, 5) AND fits_case(value, 6) AND fits_case(value, 7)
        AND fits_case(value, 8) AND fits_case(value, 9) AND fits_case(value, 10) AND fits_case(value, 11)
        AND fits_case(value, 12) AND fits_case(value, 13) AND fits_case(value, 14)
    THEN said_case(value, 0) || said_case(value, 1) || said_case(value, 2) || said_case(value, 3)
        || said_case(value, 4) || said_case(value, 5) || said_case(value, 6) || said_case(value, 7)
        || said_case(value, 8) || said_case(value, 9) || said_case(value, 10) || said_case(value, 11)
        || said_case(value, 12) || said_case(value, 13) || said_case(value, 14) || upper(substr(value, 16))
    ELSE substr(value, 1, 15) || id_check(substr(value, 1, 15)) END;

-- A trimmed record id in its 18-character form where it has the form of one, else the text as it is. The same
-- as record_id, told in the order of what is common: that macro takes a thousand times as long.
CREATE OR REPLACE TEMP MACRO identity(value) AS CASE
    WHEN regexp_full_match(value, '[A-Za-z0-9]{15}') THEN value || id_check(value)
    WHEN regexp_full_match(value, '[A-Za-z0-9]{18}') AND upper(substr(value, 16)) = id_check(substr(value, 1, 15))
        THEN substr(value, 1, 15) || upper(substr(value, 16))
    WHEN regexp_full_match(value, '[A-Za-z0-9]{18}') THEN case_restored(value)
    ELSE nullif(value, '') END;
