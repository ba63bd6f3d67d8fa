-- The first day each account paid for, in each currency, and in any.
SELECT
    l.account_id AS account_id, l.currency AS currency, MIN(l.started_day) AS day,
    MIN(MIN(l.started_day)) OVER (PARTITION BY l.account_id) AS any_day
FROM revenue_lines AS l
WHERE l.minor > 0
GROUP BY l.account_id, l.currency
