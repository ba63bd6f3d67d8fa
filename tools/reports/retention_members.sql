-- Who belongs to which cohort: one row a member.
-- $entity the id column of the births, $place the calendar column of the clock (day, week_n or
-- month_n), $unit the calendar column of the cohorts.
WITH starts AS (
    SELECT $unit AS unit, MIN(c.day) AS start_day
    FROM calendar AS c
    GROUP BY $unit
)
SELECT b.id AS id, $place AS birth, s.start_day AS cohort
FROM retention_births AS b
JOIN calendar AS c ON c.day = b.day
JOIN starts AS s ON s.unit = $unit
WHERE b.day < $as_of
