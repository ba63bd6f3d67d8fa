-- Monthly recurring revenue of each paying account at each point, in each currency.
SELECT
    s.account_id AS account_id,
    COALESCE(s.currency, '') AS currency,
    p.month_n AS month_n,
    CAST(SUM(s.mrr_minor) AS BIGINT) AS minor
FROM subscriptions AS s
JOIN revenue_points AS p
    ON s.started_day <= p.day AND (s.ended_day IS NULL OR s.ended_day > p.day)
WHERE s.account_id IS NOT NULL AND NOT COALESCE(s.trial, FALSE) AND s.mrr_minor > 0
GROUP BY s.account_id, COALESCE(s.currency, ''), p.month_n
