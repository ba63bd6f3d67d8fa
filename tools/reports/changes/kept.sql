-- Of the accounts created in one week, how many did anything in the next; named by the next.
SELECT
    (c.created_day + 3) // 7 + 1 AS week_n, COUNT(a.account_id) AS k, COUNT(*) AS n
FROM accounts AS c
LEFT JOIN changes_active AS a
    ON a.account_id = c.account_id AND a.week_n = (c.created_day + 3) // 7 + 1
WHERE c.created_day >= $first_day - 7 AND c.created_day < $end_day - 7
GROUP BY (c.created_day + 3) // 7 + 1
ORDER BY week_n
