-- Who is behind the figures about money: whose revenue moved, in a month or in the week, who paid
-- at the end of a month, and who first paid in one.
SELECT f.figure AS figure, m.account_id AS account_id, m.account_id AS member_id
FROM drill_money_figures AS f
JOIN revenue_moves AS m ON m.currency = f.currency AND m.month_n = f.month_n AND m.kind = f.kind
WHERE f.what = 'month'
UNION ALL
SELECT f.figure AS figure, w.account_id AS account_id, w.account_id AS member_id
FROM drill_money_figures AS f
JOIN drill_money_week AS w ON w.currency = f.currency AND w.kind = f.kind
WHERE f.what = 'week'
UNION ALL
SELECT f.figure AS figure, p.account_id AS account_id, p.account_id AS member_id
FROM drill_money_figures AS f
JOIN revenue_mrr AS p ON p.currency = f.currency AND p.month_n = f.month_n
WHERE f.what = 'paying' AND p.minor > 0
UNION ALL
SELECT f.figure AS figure, b.account_id AS account_id, b.account_id AS member_id
FROM drill_money_figures AS f
JOIN drill_money_cohorts AS b ON b.currency = f.currency AND b.cohort = f.month_n
WHERE f.what = 'cohort'
