-- Days on which what an account pays a month rose: its first paid line, or more than before.
WITH steps AS (
    SELECT s.account_id AS account_id, s.currency AS currency, s.started_day AS day,
        s.mrr_minor AS minor
    FROM subscriptions AS s
    WHERE NOT COALESCE(s.trial, FALSE) AND s.mrr_minor > 0
    UNION ALL
    SELECT s.account_id AS account_id, s.currency AS currency, s.ended_day AS day,
        -s.mrr_minor AS minor
    FROM subscriptions AS s
    WHERE NOT COALESCE(s.trial, FALSE) AND s.mrr_minor > 0 AND NOT s.ended_day IS NULL
),
rises AS (
    SELECT account_id AS account_id, COALESCE(currency, $currency) AS currency, day AS day,
        CAST(SUM(minor) AS BIGINT) AS minor
    FROM steps
    WHERE NOT account_id IS NULL AND day < $as_of
    GROUP BY account_id, COALESCE(currency, $currency), day
)
SELECT account_id AS entity_id, CAST(day AS BIGINT) AS at, minor AS minor, currency AS currency
FROM rises
WHERE minor > 0 AND day >= $since
