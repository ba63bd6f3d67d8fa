-- Who belongs to which cohort: one row a birth.
-- $place the calendar column of the clock (day, week or month number), $unit that of the cohorts.
-- A member of an account known twice is one member: ids are those that identity gave.
WITH starts AS (
    SELECT $unit AS unit, MIN(c.day) AS start_day
    FROM calendar AS c
    GROUP BY $unit
)
SELECT b.id AS id, b.account_id AS account_id, b.day AS born, $place AS birth,
    s.start_day AS cohort,
    COALESCE(p.part, $unknown) AS part
FROM retention_born AS b
JOIN calendar AS c ON c.day = b.day
JOIN starts AS s ON s.unit = $unit
LEFT JOIN retention_parts AS p ON p.id = b.id AND p.day = b.day
WHERE b.internal = 0
