-- The accounts that paid $months ago: what they paid then and now, and what they took away in
-- between, month by month, whatever they brought back; what a pause keeps back is not taken away.
-- Equal rows are one row. moved: who pays in another currency now, so that the amounts cannot be
-- compared; stays: who is still a customer.
WITH held AS (
    SELECT h.account_id AS account_id, h.currency AS currency, h.month_n AS month_n,
        h.minor AS minor, h.held AS held
    FROM revenue_paid AS h
    WHERE h.month_n BETWEEN $month_n - $months AND $month_n
),
sides AS (
    SELECT account_id AS account_id, currency AS currency, month_n AS month_n,
        0 AS before, held AS after
    FROM held
    WHERE month_n > $month_n - $months
    UNION ALL
    SELECT account_id AS account_id, currency AS currency, month_n + 1 AS month_n,
        held AS before, 0 AS after
    FROM held
    WHERE month_n < $month_n
),
steps AS (
    SELECT s.account_id AS account_id, s.currency AS currency, s.month_n AS month_n,
        SUM(s.before) - SUM(s.after) AS lost
    FROM sides AS s
    GROUP BY s.account_id, s.currency, s.month_n
),
losses AS (
    SELECT s.account_id AS account_id, s.currency AS currency, CAST(SUM(s.lost) AS BIGINT) AS lost
    FROM steps AS s
    WHERE s.lost > 0
    GROUP BY s.account_id, s.currency
),
stays AS (
    SELECT DISTINCT m.account_id AS account_id FROM revenue_mrr AS m WHERE m.month_n = $month_n
),
pays AS (
    SELECT DISTINCT m.account_id AS account_id FROM revenue_mrr AS m
    WHERE m.month_n = $month_n AND m.minor > 0
),
pairs AS (
    SELECT t.currency AS currency, t.minor AS before, COALESCE(n.minor, 0) AS after,
        COALESCE(l.lost, 0) AS lost,
        CASE WHEN COALESCE(n.minor, 0) = 0 AND p.account_id IS NOT NULL THEN 1
            WHEN n.account_id IS NULL AND s.account_id IS NOT NULL THEN 1 ELSE 0 END AS moved,
        CASE WHEN s.account_id IS NULL THEN 0 ELSE 1 END AS stays
    FROM held AS t
    LEFT JOIN held AS n
        ON n.account_id = t.account_id AND n.currency = t.currency AND n.month_n = $month_n
    LEFT JOIN losses AS l ON l.account_id = t.account_id AND l.currency = t.currency
    LEFT JOIN stays AS s ON s.account_id = t.account_id
    LEFT JOIN pays AS p ON p.account_id = t.account_id
    WHERE t.month_n = $month_n - $months AND t.minor > 0
)
SELECT currency AS currency, before AS before, after AS after, lost AS lost, moved AS moved,
    stays AS stays, CAST(COUNT(*) AS BIGINT) AS accounts
FROM pairs
GROUP BY currency, before, after, lost, moved, stays
ORDER BY currency, before DESC, after DESC, lost, moved, stays
