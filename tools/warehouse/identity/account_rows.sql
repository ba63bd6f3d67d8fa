-- Every visible state of each account whose $key is shared with another one, or points to one.
-- Rows: one per stored state; recency 1 is the newest of those whose part
-- $says something about the key. seen_day is the first morning it counts.
WITH visible AS (
  SELECT
    account_ref AS ref, $key AS key_text, NULLIF(LOWER(TRIM(name)), '') AS name,
    GREATEST(known_day, day + 1) AS seen_day, known_day, occurred_at, observed_at, row_hash,
    CASE WHEN $says THEN 1 ELSE 0 END AS says
  FROM fact_accounts AS f
  WHERE known_day <= $as_of AND day < $as_of
),
shared AS (
  SELECT key_text AS key_text
  FROM visible
  WHERE key_text IS NOT NULL
  GROUP BY key_text
  HAVING MIN(ref) <> MAX(ref) OR $pointer
),
touched AS (
  SELECT v.ref AS ref FROM visible AS v JOIN shared AS s ON s.key_text = v.key_text
  UNION
  SELECT s.key_text AS ref FROM shared AS s WHERE $pointer
)
SELECT
  v.ref AS ref, v.key_text AS key_text, v.name AS name, v.seen_day AS seen_day,
  ROW_NUMBER() OVER (
    PARTITION BY v.ref
    ORDER BY v.says DESC, v.known_day DESC, v.occurred_at DESC, v.observed_at DESC, v.row_hash DESC,
      v.key_text, v.name
  ) AS recency
FROM visible AS v
JOIN touched AS t ON t.ref = v.ref
