-- Days on which what an account pays a month rose: its first paid line, or more than before. The end
-- of a pause is no rise, nor is the other side of a change of currency.
WITH spans AS (
    SELECT
        r.account_id AS account_id, r.currency AS currency, r.from_day AS day, r.to_day AS to_day,
        r.minor + r.paused_minor AS held,
        LAG(r.to_day) OVER (PARTITION BY r.account_id, r.currency ORDER BY r.from_day) AS day_before,
        LAG(r.minor + r.paused_minor) OVER (
            PARTITION BY r.account_id, r.currency ORDER BY r.from_day
        ) AS held_before,
        LEAD(r.from_day) OVER (PARTITION BY r.account_id, r.currency ORDER BY r.from_day)
            AS day_after
    FROM recurring_revenue AS r
),
given_up AS (
    SELECT DISTINCT account_id AS account_id, to_day AS day
    FROM spans
    WHERE COALESCE(day_after, -1) <> to_day
),
rises AS (
    SELECT s.account_id AS account_id, s.currency AS currency, s.day AS day,
        CASE WHEN s.day_before = s.day THEN s.held - s.held_before ELSE s.held END AS minor
    FROM spans AS s
    LEFT JOIN given_up AS g ON g.account_id = s.account_id AND g.day = s.day
    WHERE s.day_before = s.day OR g.account_id IS NULL
)
SELECT account_id AS entity_id, CAST(day AS BIGINT) AS at, CAST(minor AS BIGINT) AS minor,
    COALESCE(NULLIF(currency, ''), $currency) AS currency
FROM rises
WHERE minor > 0 AND day >= $since AND day < $as_of
