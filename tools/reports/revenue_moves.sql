-- What each account did to recurring revenue between each point and the one before. An account
-- that pays now and not before is new, or reactivated when it had paid at any time before.
WITH sides AS (
    SELECT account_id AS account_id, currency AS currency, month_n AS month_n,
        0 AS before, minor AS after
    FROM revenue_mrr
    UNION ALL
    SELECT account_id AS account_id, currency AS currency, month_n + 1 AS month_n,
        minor AS before, 0 AS after
    FROM revenue_mrr
),
moves AS (
    SELECT s.account_id AS account_id, s.currency AS currency, s.month_n AS month_n,
        CAST(SUM(s.before) AS BIGINT) AS before, CAST(SUM(s.after) AS BIGINT) AS after
    FROM sides AS s
    GROUP BY s.account_id, s.currency, s.month_n
)
SELECT
    m.account_id AS account_id, m.currency AS currency, m.month_n AS month_n,
    m.before AS before, m.after AS after,
    CASE
        WHEN m.before = 0 AND f.day <= o.day THEN 'reactivation'
        WHEN m.before = 0 THEN 'new'
        WHEN m.after = 0 THEN 'churn'
        WHEN m.after > m.before THEN 'expansion'
        WHEN m.after < m.before THEN 'contraction'
        ELSE 'same'
    END AS kind
FROM moves AS m
JOIN revenue_points AS o ON o.month_n = m.month_n - 1
JOIN revenue_points AS p ON p.month_n = m.month_n
JOIN revenue_first AS f ON f.account_id = m.account_id AND f.currency = m.currency
