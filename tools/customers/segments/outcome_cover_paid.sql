-- From when to when an account paid; the first day no longer covered is NULL while it pays.
SELECT DISTINCT s.account_id AS account_id, s.started_day AS from_day, s.ended_day AS to_day
FROM subscriptions AS s
WHERE s.account_id IS NOT NULL AND NOT COALESCE(s.trial, FALSE) AND s.mrr_minor > 0
