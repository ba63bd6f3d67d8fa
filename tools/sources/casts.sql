-- Text to canonical values. A value that is not of the kind gives NULL, which the caller turns
-- into a quarantine record. Plain patterns come first because DuckDB's own casts are generous:
-- '1_000', '0x10', 'infinity' and 'epoch' would pass. No TRY here and no operation that can
-- fail: common parts are computed once, which would move them out of a TRY.

CREATE TEMP MACRO blank_to_null(v) AS nullif(trim(v, chr(32) || chr(9) || chr(10) || chr(13)), '');

CREATE TEMP MACRO is_number(v) AS
    regexp_full_match(v, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?');

CREATE TEMP MACRO to_text(v) AS CASE WHEN NOT contains(v, chr(0)) THEN v END;

-- An address as people and programs write it: "Ann <a@b.c>", mailto:a@b.c?subject=x, SMTP:a@b.c,
-- 'a@b.c', a@b.c., with signs nobody sees; the same mailbox has one text, else a "no" for one
-- writing would leave the others open. `ascii_host` writes a domain as it is looked up.
CREATE TEMP MACRO seen_text(v) AS regexp_replace(nfc_normalize(v),
    '[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}]', '', 'g');
CREATE TEMP MACRO inside_brackets(v) AS
    CASE WHEN regexp_full_match(v, '[^<>]*<[^<>]*@[^<>]*>[^<>]*')
         THEN regexp_extract(v, '<([^<>]*)>', 1) ELSE v END;
CREATE TEMP MACRO bare_address(v) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(v,
        '^[\s\pZ<("'']*(?i:mailto:|smtp:)?[\s\pZ<("'']*', ''),
        '(\?[^@]*)?[\s\pZ>)"'',;.]*$', ''),
        '["'']?[\s\pZ]*@[\s\pZ]*', '@'),
        '@[.]*', '@');
CREATE TEMP MACRO ascii_address(v) AS
    CASE WHEN regexp_matches(split_part(v, '@', 2), '[^\x00-\x7F]')
         THEN split_part(v, '@', 1) || '@' || ascii_host(split_part(v, '@', 2)) ELSE v END;
CREATE TEMP MACRO checked_address(v) AS
    CASE WHEN regexp_full_match(v, '[^@\s\pZ]+@[^@\s\pZ]+') THEN to_text(ascii_address(v)) END;
CREATE TEMP MACRO to_address(v) AS
    CASE WHEN regexp_full_match(v, '[A-Za-z0-9._+-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*') THEN lower(v)
         ELSE checked_address(lower(bare_address(inside_brackets(seen_text(v))))) END;

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
         THEN TRY_CAST(v AS DECIMAL(33, 17)) * CAST(factor AS DECIMAL(5, 0)) END;
CREATE TEMP MACRO half_even(d, whole) AS
    TRY_CAST(whole + CASE WHEN d - whole > 0.5 OR (d - whole = 0.5 AND whole % 2 <> 0)
                          THEN 1 ELSE 0 END AS BIGINT);

-- Numbers as people write them: "$1,117.10K", "1.234,50 EUR", "(5.00)", "5.00-", "12 500", "10%".
-- The body is the digits with their separators; around it stand sign, currency, K, M or B. Codes
-- are listed, since any three letters before digits may as well be an id.
CREATE TEMP MACRO currency_pattern() AS
    '[A-Z]{0,3}\p{Sc}|(?i:USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|'
    || 'DKK|PLN|CZK|HUF|RON|BGN|TRY|ILS|ZAR|BRL|MXN|ARS|'
    || 'CLP|COP|PEN|SGD|HKD|TWD|KRW|THB|MYR|IDR|PHP|VND|'
    || 'AED|SAR|QAR|KWD|BHD|OMR|JOD|TND|EGP|NGN|KES|MAD|'
    || 'UAH|ISK|KZT)'
    || '|[Kk]r\.?|zł|Kč|Ft|Fr\.?';

CREATE TEMP MACRO number_parts(v) AS regexp_extract(replace(v, '−', '-'),
    '^\(?\s*[-+]?\s*(?:' || currency_pattern() || ')?\s*[-+]?\s*'
    || '(\d(?:[\d.,''’ \x{00A0}\x{2009}\x{202F}]*\d)?|[.,]\d+)\s*'
    || '([KkMmBb]|[Mm]n|[Bb]n|[Mm]io\.?)?\s*(%)?\s*(?:' || currency_pattern() || ')?\s*-?\)?$',
    ['body', 'suffix', 'percent']);

-- A minus stands before or behind, or brackets stand for it; never two of them.
CREATE TEMP MACRO number_signs(v) AS
    length(regexp_replace(v, '[^-+−]', '', 'g'))
    + CASE WHEN starts_with(v, '(') AND suffix(v, ')') THEN 1
           WHEN contains(v, '(') OR contains(v, ')') THEN 2 ELSE 0 END;

-- Blanks and apostrophes group thousands in both styles; a group never begins with a zero.
CREATE TEMP MACRO is_point_body(b) AS regexp_full_match(b,
    '(\d+|[1-9]\d{0,2}((,\d{3})+|([ \x{00A0}\x{2009}\x{202F}]\d{3})+|([''’]\d{3})+)'
    || '|[1-9]\d?(,\d{2})+,\d{3})(\.\d+)?|\.\d+');
CREATE TEMP MACRO is_comma_body(b) AS regexp_full_match(b,
    '(\d+|[1-9]\d{0,2}((\.\d{3})+|([ \x{00A0}\x{2009}\x{202F}]\d{3})+|([''’]\d{3})+))'
    || '(,\d+)?|,\d+');

-- 'point', 'comma', 'both' when it means the same either way, 'open' when it does not, or NULL.
CREATE TEMP MACRO body_style(b) AS
    CASE WHEN is_point_body(b) AND is_comma_body(b)
         THEN CASE WHEN contains(b, '.') OR contains(b, ',') THEN 'open' ELSE 'both' END
         WHEN is_point_body(b) THEN 'point' WHEN is_comma_body(b) THEN 'comma' END;
CREATE TEMP MACRO number_style(v) AS
    CASE WHEN number_signs(v) < 2 THEN body_style(number_parts(v).body) END;

CREATE TEMP MACRO plain_body(b, comma) AS
    CASE WHEN comma THEN replace(regexp_replace(b, '[^\d,]', '', 'g'), ',', '.')
         ELSE regexp_replace(b, '[^\d.]', '', 'g') END;
CREATE TEMP MACRO power_of(suffix, percent) AS
    CASE lower(suffix[1:1]) WHEN 'k' THEN 3 WHEN 'm' THEN 6 WHEN 'b' THEN 9 ELSE 0 END
    - CASE WHEN percent = '%' THEN 2 ELSE 0 END;

-- The plain text of a written number, in one style: 'point', 'comma', or 'mixed', where each value
-- must say by itself which of the two it is.
CREATE TEMP MACRO number_text(v, style) AS
    CASE WHEN style = 'point' AND is_number(v) THEN v
         WHEN style = 'comma' AND is_number(v) AND NOT contains(v, '.') THEN v
         WHEN style = 'mixed' AND is_number(v) AND coalesce(number_style(v), '') <> 'open' THEN v
         WHEN style = number_style(v) OR number_style(v) = 'both'
              OR (style = 'mixed' AND number_style(v) IN ('point', 'comma'))
              OR (style <> 'mixed' AND number_style(v) = 'open')
         THEN CASE WHEN regexp_matches(v, '[-−(]') THEN '-' ELSE '' END
              || plain_body(number_parts(v).body,
                            coalesce(nullif(style, 'mixed'), number_style(v)) = 'comma')
              || 'e' || power_of(number_parts(v).suffix, number_parts(v).percent) END;

-- For expressions: six places, and a text that is no number makes the expression fail.
CREATE TEMP MACRO number_of(v, style) AS
    CAST(coalesce(CASE WHEN style = 'mixed' AND is_number(v) THEN v ELSE number_text(v, style) END,
                  'no number: ' || v) AS DECIMAL(18, 6));

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

-- The same day of a later month, or its last day where it has none.
CREATE TEMP MACRO day_after_months(day, months) AS
    CASE WHEN day BETWEEN -600000 AND 2800000
         THEN CAST(CAST(DATE '1970-01-01' + CAST(day AS INTEGER) + to_months(CAST(months AS INTEGER))
                        AS DATE) - DATE '1970-01-01' AS INTEGER) END;

-- The first 63 bits of the MD5 of the content: the same on every machine and version.
CREATE TEMP MACRO content_hash(content) AS
    CAST(CAST('0x' || substr(md5(content), 1, 16) AS UBIGINT) & 9223372036854775807 AS BIGINT);
