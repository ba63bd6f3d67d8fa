-- Text to canonical values. A value that is not of the kind gives NULL, which the caller turns
-- into a quarantine record. Plain patterns come first because DuckDB's own casts are generous:
-- '1_000', '0x10', 'infinity' and 'epoch' would pass. No TRY here and no operation that can
-- fail: common parts are computed once, which would move them out of a TRY.

CREATE TEMP MACRO blank_to_null(v) AS nullif(trim(v, chr(32) || chr(9) || chr(10) || chr(13)), '');

CREATE TEMP MACRO is_number(v) AS
    regexp_full_match(v, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?');

CREATE TEMP MACRO to_text(v) AS CASE WHEN NOT contains(v, chr(0)) THEN v END;

CREATE TEMP MACRO to_address(v) AS
    CASE WHEN regexp_full_match(v, '[^@\s]+@[^@\s]+') THEN to_text(lower(v)) END;

-- Adding zero makes -0 equal to 0, so that equal rows have equal hashes.
CREATE TEMP MACRO to_float(v) AS
    CASE WHEN is_number(v) AND isfinite(TRY_CAST(v AS DOUBLE)) THEN TRY_CAST(v AS DOUBLE) + 0 END;

CREATE TEMP MACRO to_int(v) AS
    CASE WHEN is_number(v)
          AND TRY_CAST(v AS DECIMAL(38, 10)) = floor(TRY_CAST(v AS DECIMAL(38, 10)))
         THEN TRY_CAST(TRY_CAST(v AS DECIMAL(38, 10)) AS BIGINT) END;

CREATE TEMP MACRO to_bool(v) AS
    CASE WHEN lower(v) IN ('true', 't', 'yes', 'y', '1', '1.0') THEN true
         WHEN lower(v) IN ('false', 'f', 'no', 'n', '0', '0.0') THEN false END;

-- Whole minor units, half to even, exact: the text is a decimal and never a binary fraction.
-- In two steps, because the whole part is needed four times and costs the most.
CREATE TEMP MACRO minor_units(v, factor) AS
    CASE WHEN is_number(v)
         THEN TRY_CAST(v AS DECIMAL(33, 17)) * CAST(factor AS DECIMAL(3, 0)) END;
CREATE TEMP MACRO half_even(d, whole) AS
    TRY_CAST(whole + CASE WHEN d - whole > 0.5 OR (d - whole = 0.5 AND whole % 2 <> 0)
                          THEN 1 ELSE 0 END AS BIGINT);

-- Instants are microseconds since 1970 in UTC. A local time that a clock change skips is read
-- with the offset before the change (02:30 becomes 03:30); one that occurs twice is the later.
CREATE TEMP MACRO iso_instant(v, zone) AS CASE
    WHEN regexp_full_match(v, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)? ?(Z|UTC|[+-]\d\d(:?\d\d)?)')
    THEN epoch_us(TRY_CAST(v AS TIMESTAMPTZ))
    WHEN regexp_full_match(v, '\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?')
    THEN epoch_us(timezone(zone, TRY_CAST(v AS TIMESTAMP))) END;

-- A year below 1000 is a two-digit year read with %Y, not a date.
CREATE TEMP MACRO local_instant(v, form, zone) AS
    CASE WHEN year(try_strptime(v, form)) >= 1000
         THEN epoch_us(timezone(zone, try_strptime(v, form))) END;

CREATE TEMP MACRO offset_instant(v, form) AS
    CASE WHEN year(try_strptime(v, form)) >= 1000 THEN epoch_us(try_strptime(v, form)) END;

CREATE TEMP MACRO unix_instant(v, micros) AS
    CASE WHEN is_number(v)
         THEN TRY_CAST(round(TRY_CAST(v AS DECIMAL(28, 9)) * CAST(micros AS DECIMAL(7, 0)), 0)
              AS BIGINT) END;

-- Years 1 to 9999; beyond them there is no calendar to name the day.
CREATE TEMP MACRO to_day(instant, zone) AS
    CASE WHEN instant BETWEEN -62135596800000000 AND 253402300799999999
         THEN CAST(CAST(timezone(zone, make_timestamptz(instant)) AS DATE) - DATE '1970-01-01'
              AS INTEGER) END;

-- The first 63 bits of the MD5 of the content: the same on every machine and version.
CREATE TEMP MACRO content_hash(content) AS
    CAST(CAST('0x' || substr(md5(content), 1, 16) AS UBIGINT) & 9223372036854775807 AS BIGINT);
