-- The moves of all accounts by month and kind.
SELECT
    m.currency AS currency,
    m.month_n AS month_n,
    m.kind AS kind,
    CAST(COUNT(*) AS BIGINT) AS accounts,
    CAST(SUM(CASE WHEN m.before > 0 THEN 1 ELSE 0 END) AS BIGINT) AS paid_before,
    CAST(SUM(CASE WHEN m.after > 0 THEN 1 ELSE 0 END) AS BIGINT) AS paying,
    CAST(SUM(m.before) AS BIGINT) AS before,
    CAST(SUM(m.after) AS BIGINT) AS after,
    CAST(SUM(m.minor) AS BIGINT) AS minor
FROM revenue_moves AS m
GROUP BY m.currency, m.month_n, m.kind
ORDER BY m.currency, m.month_n, m.kind
