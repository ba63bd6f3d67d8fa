-- When each member did what counts as coming back, on the clock of the report.
SELECT DISTINCT a.id AS id, $place AS place
FROM retention_activity AS a
JOIN calendar AS c ON c.day = a.day
WHERE a.day < $as_of
