-- Events of each name by week, each as often as its quantity says, and under the name NULL the accounts that did anything.
SELECT u.name AS name, (u.day + 3) // 7 AS week_n,
    CAST(ROUND(SUM(ROUND(LEAST(COALESCE(u.quantity, u.events), 1000000000) * 1000)) / 1000) AS BIGINT) AS n
FROM usage AS u
WHERE u.day >= $first_day AND u.day < $end_day
GROUP BY u.name, (u.day + 3) // 7
UNION ALL
SELECT CAST(NULL AS TEXT) AS name, a.week_n AS week_n, COUNT(*) AS n
FROM changes_active AS a
GROUP BY a.week_n
ORDER BY name, week_n
