-- Per stage and number of days: of those still in it then, how many left, and how many are there
-- still and have not been seen any longer.
WITH visits AS (
    SELECT
        stage AS stage,
        CASE WHEN to_day < $as_of THEN to_day ELSE $as_of - 1 END - from_day AS day,
        CASE WHEN to_day < $as_of THEN 1 ELSE 0 END AS gone
    FROM timeline
    WHERE kind = $kind AND from_day < $as_of
),
days AS (
    SELECT
        stage AS stage, day AS day, COUNT(*) AS n, CAST(SUM(gone) AS BIGINT) AS gone
    FROM visits
    GROUP BY stage, day
)
SELECT
    stage AS stage, day AS day,
    CAST(SUM(n) OVER (
        PARTITION BY stage ORDER BY day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS BIGINT) AS at_risk,
    gone AS events, CAST(0 AS BIGINT) AS others, n - gone AS censored
FROM days
ORDER BY stage, day
