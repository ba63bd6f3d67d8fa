-- The first day on which what counts as coming back was on record, and where the clock stands on
-- the first unit that was recorded whole.
SELECT MAX(v.first_day) AS first_day, MAX($place) + 1 AS begin_place
FROM coverage AS v
JOIN calendar AS c ON c.day = v.first_day - 1
WHERE v.tbl = $recorded
