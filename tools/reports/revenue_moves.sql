-- What each account did to recurring revenue between each point and the one before. An account
-- that pays now and not before is new, or reactivated when it had paid at any time before. Who
-- stops one currency and begins another has neither left nor come; who adds one has grown, and
-- who gives one of several up has shrunk. What a pause takes and gives back is neither.
WITH sides AS (
    SELECT account_id AS account_id, currency AS currency, month_n AS month_n,
        0 AS before, minor AS after, 0 AS held_before, held AS held_after
    FROM revenue_mrr
    UNION ALL
    SELECT account_id AS account_id, currency AS currency, month_n + 1 AS month_n,
        minor AS before, 0 AS after, held AS held_before, 0 AS held_after
    FROM revenue_mrr
),
amounts AS (
    SELECT s.account_id AS account_id, s.currency AS currency, s.month_n AS month_n,
        CAST(SUM(s.before) AS BIGINT) AS before, CAST(SUM(s.after) AS BIGINT) AS after,
        CAST(SUM(s.held_before) AS BIGINT) AS held_before,
        CAST(SUM(s.held_after) AS BIGINT) AS held_after
    FROM sides AS s
    GROUP BY s.account_id, s.currency, s.month_n
),
moves AS (
    SELECT
        a.*,
        MAX(a.held_before) OVER w AS any_before, MAX(a.held_after) OVER w AS any_after,
        MAX(CASE WHEN a.before > 0 AND a.held_after = 0 THEN 1 ELSE 0 END) OVER w AS gave_up,
        MAX(CASE WHEN a.held_before = 0 AND a.after > 0 THEN 1 ELSE 0 END) OVER w AS took_up
    FROM amounts AS a
    WINDOW w AS (PARTITION BY a.account_id, a.month_n)
)
SELECT
    m.account_id AS account_id, m.currency AS currency, m.month_n AS month_n,
    m.before AS before, m.after AS after,
    CASE
        WHEN m.before = m.after THEN 'same'
        WHEN m.before = 0 AND m.held_before > 0 THEN 'resumption'
        WHEN m.before = 0 AND m.any_before > 0 AND m.gave_up = 1 THEN 'currency_change'
        WHEN m.before = 0 AND m.any_before > 0 THEN 'expansion'
        WHEN m.before = 0 AND f.any_day <= o.day THEN 'reactivation'
        WHEN m.before = 0 THEN 'new'
        WHEN m.after = 0 AND m.held_after > 0 THEN 'pause'
        WHEN m.after = 0 AND m.any_after > 0 AND m.took_up = 1 THEN 'currency_change'
        WHEN m.after = 0 AND m.any_after > 0 THEN 'contraction'
        WHEN m.after = 0 THEN 'churn'
        WHEN m.held_before = m.held_after AND m.after < m.before THEN 'pause'
        WHEN m.held_before = m.held_after THEN 'resumption'
        WHEN m.after > m.before THEN 'expansion'
        ELSE 'contraction'
    END AS kind
FROM moves AS m
JOIN revenue_points AS o ON o.month_n = m.month_n - 1
JOIN revenue_points AS p ON p.month_n = m.month_n
JOIN revenue_first AS f ON f.account_id = m.account_id AND f.currency = m.currency
WHERE m.before > 0 OR m.after > 0
