-- The plan in force on the birth day (the dearest line of several), else the first one after it;
-- as it was first recorded, since a line that was upgraded carries today's plan.
WITH versions AS (
    SELECT
        f.subscription_ref AS subscription_ref, f.product AS product,
        ROW_NUMBER() OVER (
            PARTITION BY f.subscription_ref
            ORDER BY f.known_day, f.observed_at, f.occurred_at, f.row_hash
        ) AS age
    FROM fact_subscriptions AS f
    WHERE f.day < $as_of AND f.known_day <= $as_of AND f.product IS NOT NULL
),
lines AS (
    SELECT
        s.account_id AS account_id, s.subscription_id AS subscription_id, v.product AS product,
        s.started_day AS started_day, COALESCE(s.ended_day, $as_of) AS until_day,
        COALESCE(s.mrr_minor, 0) AS minor
    FROM subscriptions AS s
    JOIN versions AS v ON v.subscription_ref = s.subscription_id AND v.age = 1
),
ranked AS (
    SELECT
        b.id AS id, b.day AS day, l.product AS part,
        ROW_NUMBER() OVER (
            PARTITION BY b.id, b.day
            ORDER BY CASE WHEN l.started_day <= b.day THEN 0 ELSE l.started_day END,
                l.minor DESC, l.product
        ) AS place
    FROM retention_born AS b
    JOIN lines AS l ON l.account_id = b.account_id AND l.until_day > b.day
    WHERE NOT $own OR l.subscription_id = b.id
)
SELECT r.id AS id, r.day AS day, r.part AS part
FROM ranked AS r
WHERE r.place = 1
