-- Per month of start and day after it: how many were at risk, paid, cancelled, were not watched
-- any longer. With $compete a cancelled trial is out of the count from that day on, without it
-- stays in until the data end; who paid on the day of cancelling paid. Nothing after $horizon.
WITH firsts AS (
    SELECT
        month_n AS month_n,
        CASE
            WHEN paid_after <= $horizon
                AND (NOT $compete OR paid_after <= COALESCE(cancelled_after, paid_after))
            THEN paid_after
        END AS paid_after,
        CASE WHEN $compete AND cancelled_after <= $horizon THEN cancelled_after END
            AS cancelled_after,
        LEAST(watched, $horizon) AS watched
    FROM trial_waits
),
ends AS (
    SELECT
        month_n AS month_n, COALESCE(paid_after, cancelled_after, watched) AS day,
        CASE WHEN paid_after IS NOT NULL THEN 1 ELSE 0 END AS paid,
        CASE WHEN paid_after IS NULL AND cancelled_after IS NOT NULL THEN 1 ELSE 0 END
            AS cancelled
    FROM firsts
),
days AS (
    SELECT
        month_n AS month_n, day AS day, COUNT(*) AS n,
        CAST(SUM(paid) AS BIGINT) AS paid, CAST(SUM(cancelled) AS BIGINT) AS cancelled
    FROM ends
    GROUP BY month_n, day
)
SELECT
    month_n AS month_n, day AS day,
    CAST(SUM(n) OVER (
        PARTITION BY month_n ORDER BY day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS BIGINT) AS at_risk,
    paid AS events, cancelled AS others, n - paid - cancelled AS censored
FROM days
ORDER BY month_n, day
