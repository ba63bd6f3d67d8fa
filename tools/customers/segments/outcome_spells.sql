-- Covers that meet, overlap or leave a gap of at most $grace days are one spell.
-- A spell that goes on ends on day 1000000.
WITH covers AS (
    SELECT DISTINCT c.account_id AS account_id, c.from_day AS from_day,
        COALESCE(c.to_day, 1000000) AS to_day
    FROM outcome_cover AS c
),
reached AS (
    SELECT
        account_id AS account_id, from_day AS from_day, to_day AS to_day,
        MAX(to_day) OVER (
            PARTITION BY account_id ORDER BY from_day, to_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reach
    FROM covers
),
numbered AS (
    SELECT
        account_id AS account_id, from_day AS from_day, to_day AS to_day,
        SUM(CASE WHEN reach IS NULL OR from_day > reach + $grace THEN 1 ELSE 0 END) OVER (
            PARTITION BY account_id ORDER BY from_day, to_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS spell
    FROM reached
)
SELECT account_id AS account_id, MIN(from_day) AS from_day, MAX(to_day) AS to_day
FROM numbered
GROUP BY account_id, spell
