-- From which to which day somebody paid: a line in force is seen until the last day seen, and a
-- line that ended on the day it began covered no day. Trials and free lines are no customers.
SELECT DISTINCT $entity AS id, s.started_day AS day, COALESCE(s.ended_day, $as_of) - 1 AS last_day
FROM subscriptions AS s
WHERE $entity IS NOT NULL AND NOT COALESCE(s.trial, FALSE) AND s.mrr_minor > 0
    AND s.started_day < COALESCE(s.ended_day, $as_of)
