-- Kept for those who look behind a cohort: the month each account first paid in.
SELECT f.account_id AS account_id, f.currency AS currency, c.month_n AS cohort
FROM revenue_first AS f
JOIN calendar AS c ON c.day = f.day - $shift
WHERE f.day = f.any_day
