-- Recurring revenue of each segment and currency on the last day before $as_of: paid lines that
-- cover it, as in the money of the same report.
SELECT
    COALESCE(g.segment, 'none') AS segment, COALESCE(s.currency, '') AS currency,
    CAST(SUM(s.mrr_minor) AS BIGINT) AS minor, COUNT(DISTINCT s.account_id) AS accounts
FROM subscriptions AS s
JOIN segments AS g ON g.account_id = s.account_id
WHERE NOT COALESCE(s.trial, FALSE) AND s.mrr_minor > 0
    AND s.started_day < $as_of AND (s.ended_day IS NULL OR s.ended_day >= $as_of)
GROUP BY COALESCE(g.segment, 'none'), COALESCE(s.currency, '')
ORDER BY segment, currency
