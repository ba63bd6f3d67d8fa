-- Which accounts stand behind a mail domain: every domain that a record with one ever had; free
-- mail and deleted accounts claim none.
WITH visible AS (
  SELECT f.ref AS ref, f.domain AS domain
  FROM (
    SELECT DISTINCT account_ref AS ref, $key AS domain
    FROM fact_accounts
    WHERE known_day <= $as_of AND day < $as_of AND NOT domain IS NULL
  ) AS f
  JOIN account_records AS r ON r.account_ref = f.ref
  WHERE NOT r.domain IS NULL AND NOT COALESCE(r.deleted, FALSE)
)
SELECT
  v.domain AS domain, MIN(COALESCE(a.account_id, v.ref)) AS account_id,
  COUNT(DISTINCT COALESCE(a.account_id, v.ref)) AS accounts, MIN(v.ref) AS example
FROM visible AS v
LEFT JOIN account_alias AS a ON a.ref = v.ref
LEFT JOIN (
  SELECT DISTINCT word AS word FROM identity_word WHERE rule = $rule
) AS w ON w.word = v.domain
WHERE v.domain IS NOT NULL AND w.word IS NULL
GROUP BY v.domain
