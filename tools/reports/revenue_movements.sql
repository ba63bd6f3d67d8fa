-- What each month did to recurring revenue. An account that pays now and not before is new,
-- or reactivated when it had paid at any time before the month's start.
WITH first_paid AS (
    SELECT s.account_id AS account_id, COALESCE(s.currency, '') AS currency,
        MIN(s.started_day) AS day
    FROM subscriptions AS s
    WHERE s.account_id IS NOT NULL AND NOT COALESCE(s.trial, FALSE) AND s.mrr_minor > 0
    GROUP BY s.account_id, COALESCE(s.currency, '')
),
sides AS (
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
),
kinds AS (
    SELECT
        m.currency AS currency, m.month_n AS month_n, m.before AS before, m.after AS after,
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
    JOIN first_paid AS f ON f.account_id = m.account_id AND f.currency = m.currency
)
SELECT
    currency AS currency,
    month_n AS month_n,
    kind AS kind,
    CAST(COUNT(*) AS BIGINT) AS accounts,
    CAST(SUM(before) AS BIGINT) AS before,
    CAST(SUM(after) AS BIGINT) AS after
FROM kinds
GROUP BY currency, month_n, kind
ORDER BY currency, month_n, kind
