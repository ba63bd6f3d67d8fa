-- The days at which recurring revenue is read: one a month, named by the month it closes.
-- No day from the end of the bills on record on. At the opening of a month ($opening) the month before is closed; otherwise it is the last day.
WITH ends AS (
    SELECT c.month_n AS month_n, MIN(c.day) AS first_day, MAX(c.day) AS last_day
    FROM calendar AS c
    GROUP BY c.month_n
),
points AS (
    SELECT
        CASE WHEN $opening THEN month_n - 1 ELSE month_n END AS month_n,
        CASE WHEN $opening THEN first_day ELSE last_day END AS day
    FROM ends
)
SELECT month_n AS month_n, day AS day
FROM points
WHERE day < $as_of AND day < (SELECT MIN(b.day) FROM bills_end AS b)
    AND day >= (SELECT MIN(r.from_day) FROM recurring_revenue AS r) - 31
