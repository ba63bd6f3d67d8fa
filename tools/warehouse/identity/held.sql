-- Who holds which key: one row per (ref, key), with the customer (root) the ref belongs to so far
-- and the day that customer was first known. A pointer's target holds the pointer's key too,
-- so a survivor that never arrived still joins those merged into it.
WITH said AS (
  SELECT ref AS ref, key_text AS key_text, MIN(seen_day) AS key_day
  FROM identity_row
  WHERE key_text IS NOT NULL AND key_text <> ref
  GROUP BY ref, key_text
  HAVING MIN(recency) = 1 OR $ever
),
held AS (
  SELECT ref AS ref, key_text AS key_text, key_day AS key_day FROM said
  UNION ALL
  SELECT key_text AS ref, key_text AS key_text, MIN(key_day) AS key_day
  FROM said
  WHERE $pointer
  GROUP BY key_text
),
known AS (
  SELECT
    ref AS ref, MIN(seen_day) AS first_day,
    MAX(CASE WHEN recency = 1 THEN name END) AS name
  FROM identity_row
  GROUP BY ref
),
root AS (
  SELECT id AS id, MIN(id_day) AS id_day FROM merges WHERE kind = $kind GROUP BY id
)
SELECT
  COALESCE(m.id, h.ref) AS root,
  LEAST(
    h.key_day, COALESCE(k.first_day, h.key_day), COALESCE(r.id_day, h.key_day)
  ) AS root_day,
  h.ref AS ref, h.key_text AS key_text, h.key_day AS key_day, k.name AS name
FROM held AS h
LEFT JOIN known AS k ON k.ref = h.ref
LEFT JOIN merges AS m ON m.ref = h.ref AND m.kind = $kind
LEFT JOIN root AS r ON r.id = COALESCE(m.id, h.ref)
