-- Recurring revenue of each segment and currency on the last day before $as_of, as in the money of
-- the same report.
SELECT
    COALESCE(g.segment, 'none') AS segment, r.currency AS currency,
    CAST(SUM(r.minor) AS BIGINT) AS minor, COUNT(DISTINCT r.account_id) AS accounts
FROM recurring_revenue AS r
JOIN segments AS g ON g.account_id = r.account_id
WHERE r.minor > 0 AND r.from_day < $as_of AND r.to_day >= $as_of
GROUP BY COALESCE(g.segment, 'none'), r.currency
ORDER BY segment, currency
