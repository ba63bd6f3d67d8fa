-- Where the clock stands on the first day not seen and on the last day seen.
SELECT
    MAX(CASE WHEN c.day = $as_of THEN $place END) AS end_place,
    MAX(CASE WHEN c.day = $as_of - 1 THEN $place END) AS last_place
FROM calendar AS c
WHERE c.day BETWEEN $as_of - 1 AND $as_of
