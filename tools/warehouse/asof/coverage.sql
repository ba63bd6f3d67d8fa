-- From which to which day each kind of fact is on record. What lies before the first day was not
-- recorded: a figure whose window reaches back so far cannot be told of who was there already.
SELECT 'events' AS tbl, MIN(first_day) AS first_day, MAX(last_day) AS last_day
FROM usage_life_refs
UNION ALL
SELECT 'messages' AS tbl, MIN(day) AS first_day, MAX(day) AS last_day FROM messages WHERE day > 0
UNION ALL
SELECT 'invoices' AS tbl, MIN(issued_day) AS first_day, MAX(issued_day) AS last_day FROM invoices
UNION ALL
SELECT 'subscriptions' AS tbl, MIN(started_day) AS first_day, MAX(started_day) AS last_day
FROM subscriptions
UNION ALL
SELECT 'tickets' AS tbl, MIN(opened_day) AS first_day, MAX(opened_day) AS last_day FROM tickets
UNION ALL
SELECT 'deals' AS tbl, MIN(opened_day) AS first_day, MAX(opened_day) AS last_day FROM deals
