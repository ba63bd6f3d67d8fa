-- From which to which place each member did what lasts from a first to a last day.
SELECT DISTINCT a.id AS id, $place AS place, $upto AS upto, a.last_day AS last_day
FROM retention_activity AS a
JOIN calendar AS c ON c.day = a.day
JOIN calendar AS d ON d.day = a.last_day
WHERE a.day < $as_of
