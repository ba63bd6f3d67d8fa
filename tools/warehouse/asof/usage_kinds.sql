-- Kinds of event, each with a number for good: those kept, and after them those new in the window.
WITH seen AS (
  SELECT name AS name
  FROM fact_usage_lately
  WHERE day >= $as_of - 112 AND day < $as_of AND known_day <= $as_of
    AND COALESCE(quantity, events) >= 0.001
  GROUP BY name
),
fresh AS (
  SELECT s.name AS name
  FROM seen AS s
  LEFT JOIN fact_usage_kinds AS k ON k.name = s.name
  WHERE k.name IS NULL
)
SELECT name AS name, number AS number FROM fact_usage_kinds
UNION ALL
SELECT
  f.name AS name, CAST(m.most + ROW_NUMBER() OVER (ORDER BY f.name) AS BIGINT) AS number
FROM fresh AS f
CROSS JOIN (SELECT COALESCE(MAX(number), 0) AS most FROM fact_usage_kinds) AS m
