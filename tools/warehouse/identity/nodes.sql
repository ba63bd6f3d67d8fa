-- The customers that accepted keys touch, numbered by age: the lowest number names the whole.
SELECT
  root AS root, root_day AS root_day,
  ROW_NUMBER() OVER (ORDER BY root_day, root) AS node
FROM (
  SELECT h.root AS root, MIN(h.root_day) AS root_day
  FROM identity_held AS h
  JOIN identity_key AS k ON k.key_text = h.key_text
  WHERE k.reason IS NULL
  GROUP BY h.root
) AS touched
