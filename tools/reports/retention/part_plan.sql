-- The plan in force on the birth day (the dearest line of several), as the line's version of that
-- day says, else the first one after it.
WITH lines AS (
    SELECT
        s.account_id AS account_id, s.subscription_id AS subscription_id, s.product AS product,
        s.from_day AS from_day, s.to_day AS to_day, s.minor AS minor
    FROM subscription_spans AS s
    WHERE s.product IS NOT NULL AND s.from_day < $as_of
),
ranked AS (
    SELECT
        b.id AS id, b.day AS day, l.product AS part,
        ROW_NUMBER() OVER (
            PARTITION BY b.id, b.day
            ORDER BY CASE WHEN l.from_day <= b.day THEN 0 ELSE l.from_day END,
                l.minor DESC, l.product
        ) AS place
    FROM retention_born AS b
    JOIN lines AS l ON l.account_id = b.account_id AND l.to_day > b.day
    WHERE NOT $own OR l.subscription_id = b.id
)
SELECT r.id AS id, r.day AS day, r.part AS part
FROM ranked AS r
WHERE r.place = 1
