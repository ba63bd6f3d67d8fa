-- The arm drawn on or before the birth day; an arm drawn later would tell who lived to see it.
WITH ranked AS (
    SELECT
        b.id AS id, b.day AS day, h.arm AS part,
        ROW_NUMBER() OVER (PARTITION BY b.id, b.day ORDER BY h.day DESC, h.arm) AS place
    FROM retention_born AS b
    JOIN arms AS h ON h.account_id = b.account_id AND h.day <= b.day
)
SELECT r.id AS id, r.day AS day, r.part AS part
FROM ranked AS r
WHERE r.place = 1
