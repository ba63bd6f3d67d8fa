-- What happened to accounts by week: created, moved from stage to stage, tickets by priority.
SELECT
    'accounts' AS kind, CAST(NULL AS TEXT) AS name, CAST(NULL AS TEXT) AS other,
    (c.created_day + 3) // 7 AS week_n, COUNT(*) AS n
FROM accounts AS c
WHERE c.created_day >= $first_day AND c.created_day < $end_day
GROUP BY (c.created_day + 3) // 7
UNION ALL
SELECT
    'stages' AS kind, t.from_stage AS name, t.stage AS other,
    (t.from_day + 3) // 7 AS week_n, COUNT(*) AS n
FROM timeline AS t
WHERE t.kind = 'account' AND t.from_stage IS NOT NULL
    AND t.from_day >= $first_day AND t.from_day < $end_day
GROUP BY t.from_stage, t.stage, (t.from_day + 3) // 7
UNION ALL
SELECT
    'tickets' AS kind, COALESCE(k.priority, 'no priority') AS name, CAST(NULL AS TEXT) AS other,
    (k.opened_day + 3) // 7 AS week_n, COUNT(*) AS n
FROM tickets AS k
WHERE k.opened_day >= $first_day AND k.opened_day < $end_day
GROUP BY COALESCE(k.priority, 'no priority'), (k.opened_day + 3) // 7
ORDER BY kind, name, other, week_n
