-- Every account that was there on the day of its assignment and whose window is closed, with its
-- features of that day, its segment of then, and whether it left. Every $step-th account when
-- there are more than a tree needs.
WITH seen AS (
    SELECT
        f.account_id AS account_id, f.day AS day,
        MAX(CASE WHEN s.from_day < f.day AND s.to_day >= f.day THEN s.to_day END) AS covered_to
    FROM past_features AS f
    JOIN outcome_spells AS s ON s.account_id = f.account_id
    WHERE f.day = $day AND f.day + $window + $grace <= $as_of
    GROUP BY f.account_id, f.day
),
placed AS (
    SELECT
        account_id AS account_id, day AS day,
        CASE WHEN covered_to < day + $window THEN 1 ELSE 0 END AS event,
        ROW_NUMBER() OVER (ORDER BY account_id) AS place
    FROM seen
    WHERE covered_to IS NOT NULL
),
assigned AS (
    SELECT h.account_id AS account_id, MIN(h.segment) AS segment
    FROM segment_history AS h
    WHERE h.day = $day
    GROUP BY h.account_id
)
SELECT p.event AS event, a.segment AS assigned, f.*
FROM placed AS p
JOIN past_features AS f ON f.account_id = p.account_id AND f.day = p.day
LEFT JOIN assigned AS a ON a.account_id = p.account_id
WHERE p.place % $step = 0
ORDER BY f.account_id
