-- The first day each account paid for, in each currency.
SELECT l.account_id AS account_id, l.currency AS currency, MIN(l.started_day) AS day
FROM revenue_lines AS l
GROUP BY l.account_id, l.currency
