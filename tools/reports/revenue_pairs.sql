-- The accounts that paid $months ago, by what they paid then and now; equal pairs are one row.
WITH now AS (
    SELECT account_id AS account_id, currency AS currency, minor AS minor
    FROM revenue_mrr
    WHERE month_n = $month_n
),
pairs AS (
    SELECT t.currency AS currency, t.minor AS before, COALESCE(n.minor, 0) AS after
    FROM revenue_mrr AS t
    LEFT JOIN now AS n ON n.account_id = t.account_id AND n.currency = t.currency
    WHERE t.month_n = $month_n - $months
)
SELECT currency AS currency, before AS before, after AS after,
    CAST(COUNT(*) AS BIGINT) AS accounts
FROM pairs
GROUP BY currency, before, after
ORDER BY currency, before DESC, after DESC
