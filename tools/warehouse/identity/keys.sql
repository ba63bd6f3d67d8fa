-- Keys held by several customers, and why one may not join them (reason NULL: it joins).
WITH crowd AS (
  SELECT key_text AS key_text, MAX(roots) AS roots
  FROM (
    SELECT key_text AS key_text, COUNT(DISTINCT root) AS roots
    FROM identity_held
    GROUP BY key_text, SPLIT_PART(ref, ':', 1)
  ) AS spaces
  GROUP BY key_text
),
shared AS (
  SELECT
    key_text AS key_text, COUNT(DISTINCT ref) AS refs, COUNT(DISTINCT name) AS names,
    MIN(ref) AS example
  FROM identity_held
  GROUP BY key_text
  HAVING COUNT(DISTINCT root) > 1
)
SELECT
  s.key_text AS key_text, s.refs AS refs, s.names AS names, s.example AS example,
  CASE
    WHEN $pointer THEN CAST(NULL AS TEXT)
    WHEN w.word IS NOT NULL THEN w.list
    WHEN s.names > $max_names THEN 'too_many_names'
    WHEN s.refs > $max_refs THEN 'too_many_records'
    WHEN $across AND c.roots > 1 THEN 'several_of_one_source'
  END AS reason
FROM shared AS s
JOIN crowd AS c ON c.key_text = s.key_text
LEFT JOIN (
  SELECT word AS word, MIN(list) AS list FROM identity_word WHERE rule = $rule GROUP BY word
) AS w ON w.word = SPLIT_PART(s.key_text, '@', 1)
