-- What this rule joined: each customer that gave up its id, to whom, by which key, known when.
WITH day AS (
  SELECT
    node AS node, key_text AS key_text,
    CASE
      WHEN ROW_NUMBER() OVER (PARTITION BY key_text ORDER BY key_day, node) = 1
        THEN LEAD(key_day) OVER (PARTITION BY key_text ORDER BY key_day, node)
      ELSE key_day
    END AS known_day
  FROM identity_link
),
first AS (
  SELECT
    node AS node, key_text AS key_text, known_day AS known_day,
    ROW_NUMBER() OVER (PARTITION BY node ORDER BY known_day, key_text) AS n
  FROM day
)
SELECT
  own.root AS ref, head.root AS into_ref, head.root_day AS id_day,
  f.key_text AS because, f.known_day AS known_day
FROM identity_label AS l
JOIN identity_node AS own ON own.node = l.node
JOIN identity_node AS head ON head.node = l.label
JOIN first AS f ON f.node = l.node AND f.n = 1
WHERE l.node <> l.label
