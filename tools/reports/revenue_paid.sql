-- Revenue of the months compared, each currency as it is.
SELECT m.account_id AS account_id, m.currency AS currency, m.month_n AS month_n, m.minor AS minor
FROM revenue_mrr AS m
WHERE m.minor > 0
