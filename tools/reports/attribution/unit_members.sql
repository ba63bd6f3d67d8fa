-- Who is followed: accounts by the source they came by, from the first day they paid, and
-- accounts by the segment they were in on the latest day that is kept, if they paid then.
WITH won AS (
    SELECT p.account_id AS account_id, MIN(p.from_day) AS day
    FROM paid_lines AS p
    WHERE p.paying = 1
    GROUP BY p.account_id
),
sourced AS (
    SELECT
        w.account_id AS account_id, w.day AS day,
        COALESCE(LOWER(TRIM(a.acquisition)), '') AS source
    FROM won AS w
    JOIN accounts AS a ON a.account_id = w.account_id
),
kept AS (
    SELECT MAX(h.day) AS day FROM segment_history AS h WHERE h.day <= $until
),
paying AS (
    SELECT DISTINCT p.account_id AS account_id
    FROM paid_lines AS p
    JOIN kept AS k ON p.from_day < k.day AND p.to_day >= k.day
    WHERE p.paying = 1
)
SELECT 'source' AS grouping, s.source AS name, s.source AS source, s.account_id AS account_id,
    CAST(s.day AS INT) AS start_day
FROM sourced AS s
WHERE s.day >= $since AND s.day < $until
UNION ALL
SELECT DISTINCT 'segment' AS grouping, h.segment AS name, s.source AS source,
    h.account_id AS account_id, CAST(h.day AS INT) AS start_day
FROM segment_history AS h
JOIN kept AS k ON k.day = h.day
JOIN paying AS p ON p.account_id = h.account_id
JOIN sourced AS s ON s.account_id = h.account_id
WHERE NOT h.segment IS NULL
