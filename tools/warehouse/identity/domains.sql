-- Which accounts stand behind a mail domain; free mail and deleted accounts claim none.
WITH visible AS (
  SELECT
    account_ref AS ref, $key AS domain,
    MAX(CASE WHEN deleted THEN 1 ELSE 0 END) OVER (PARTITION BY account_ref) AS gone
  FROM fact_accounts
  WHERE known_day <= $as_of AND day < $as_of
)
SELECT
  v.domain AS domain, MIN(COALESCE(a.account_id, v.ref)) AS account_id,
  COUNT(DISTINCT COALESCE(a.account_id, v.ref)) AS accounts, MIN(v.ref) AS example
FROM visible AS v
LEFT JOIN account_alias AS a ON a.ref = v.ref
LEFT JOIN (
  SELECT DISTINCT word AS word FROM identity_word WHERE rule = $rule
) AS w ON w.word = v.domain
WHERE v.domain IS NOT NULL AND v.gone = 0 AND w.word IS NULL
GROUP BY v.domain
