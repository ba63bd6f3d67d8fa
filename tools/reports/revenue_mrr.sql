-- Monthly recurring revenue of each paying account at each point, in each currency.
SELECT
    l.account_id AS account_id, l.currency AS currency, p.month_n AS month_n,
    CAST(SUM(l.minor) AS BIGINT) AS minor
FROM revenue_lines AS l
JOIN revenue_points AS p
    ON l.started_day <= p.day AND (l.ended_day IS NULL OR l.ended_day > p.day)
GROUP BY l.account_id, l.currency, p.month_n
