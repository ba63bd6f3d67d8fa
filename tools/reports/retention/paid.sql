-- From which to which day somebody was a customer, pauses included: what goes on is seen until the
-- last day seen. Trials and free lines are no customers; of a line of its own the line decides.
WITH spans AS (
    SELECT r.account_id AS id, r.from_day AS from_day, r.to_day AS to_day
    FROM recurring_revenue AS r
    WHERE $accounts
    UNION ALL
    SELECT s.subscription_id AS id, s.from_day AS from_day, s.to_day AS to_day
    FROM subscription_spans AS s
    WHERE NOT $accounts AND s.trial = 0 AND s.minor > 0
)
SELECT DISTINCT id AS id, from_day AS day, LEAST(to_day, $as_of) - 1 AS last_day
FROM spans
WHERE id IS NOT NULL AND from_day < LEAST(to_day, $as_of)
