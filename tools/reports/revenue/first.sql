-- The first day each account paid for, in each currency, and in any; came_day: the first on which it
-- was a customer at all, its bill paused or not.
SELECT
    l.account_id AS account_id, l.currency AS currency,
    MIN(CASE WHEN l.minor > 0 THEN l.started_day END) AS day,
    MIN(MIN(CASE WHEN l.minor > 0 THEN l.started_day END)) OVER (PARTITION BY l.account_id)
        AS any_day,
    MIN(MIN(l.started_day)) OVER (PARTITION BY l.account_id) AS came_day
FROM revenue_lines AS l
GROUP BY l.account_id, l.currency
