-- The first day of each kind of fact: a week that began before it is not a whole week.
SELECT 'messages' AS kind, MIN(m.day) AS day FROM messages AS m
UNION ALL
SELECT 'events' AS kind, MIN(l.first_day) AS day FROM usage_life AS l
UNION ALL
SELECT 'accounts' AS kind, MIN(c.created_day) AS day FROM accounts AS c
UNION ALL
SELECT 'tickets' AS kind, MIN(k.opened_day) AS day FROM tickets AS k
UNION ALL
SELECT 'stages' AS kind, MIN(t.from_day) AS day FROM timeline AS t WHERE t.kind = 'account'
