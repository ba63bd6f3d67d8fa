-- The segment an account was in on the birth day by the latest snapshot then; where there was none
-- yet, the first one after. Today's segment would tell who survived.
WITH ranked AS (
    SELECT
        b.id AS id, b.day AS day, h.segment AS part,
        ROW_NUMBER() OVER (
            PARTITION BY b.id, b.day
            ORDER BY CASE WHEN h.day <= b.day THEN 0 ELSE 1 END,
                CASE WHEN h.day <= b.day THEN b.day - h.day ELSE h.day END, h.segment
        ) AS place
    FROM retention_born AS b
    JOIN segment_history AS h ON h.account_id = b.account_id
    WHERE h.segment IS NOT NULL
)
SELECT r.id AS id, r.day AS day, r.part AS part
FROM ranked AS r
WHERE r.place = 1
