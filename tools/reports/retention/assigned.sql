-- The days on which accounts were drawn into an arm of a play.
SELECT DISTINCT a.account_id AS id, a.day AS day, a.day AS last_day
FROM arms AS a
WHERE a.account_id IS NOT NULL
