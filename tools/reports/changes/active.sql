-- Which accounts did anything in which week.
SELECT DISTINCT u.account_id AS account_id, (u.day + 3) // 7 AS week_n
FROM usage AS u
WHERE u.account_id IS NOT NULL AND u.day >= $first_day AND u.day < $end_day
