-- One id for which two files say different accounts: the id spaces of two systems, taken for one.
WITH visible AS (
  SELECT
    account_ref AS ref, SPLIT_PART(SUBSTRING(part, 6), '|', 1) AS file,
    NULLIF(LOWER(TRIM(name)), '') AS name, NULLIF(LOWER(TRIM(domain)), '') AS domain,
    ROW_NUMBER() OVER (
      PARTITION BY account_ref, SPLIT_PART(SUBSTRING(part, 6), '|', 1)
      ORDER BY known_day DESC, observed_at DESC, occurred_at DESC, row_hash DESC
    ) AS age
  FROM fact_accounts
  WHERE known_day <= $as_of AND day < $as_of AND NOT part IS NULL AND NOT name IS NULL
),
newest AS (SELECT * FROM visible WHERE age = 1)
SELECT
  CONCAT('accounts: ', a.file, ' and ', b.file) AS subject, CONCAT(a.ref, ': ', a.name, ' ~ ', b.name) AS example, 1 AS n
FROM newest AS a
JOIN newest AS b ON b.ref = a.ref AND a.file < b.file
WHERE LEFT(a.name, LENGTH(b.name)) <> b.name AND LEFT(b.name, LENGTH(a.name)) <> a.name
  AND COALESCE(a.domain <> b.domain, TRUE)
