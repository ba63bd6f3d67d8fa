-- The account each contact's source names, one row per visible state that names one.
-- standing 1: the record stands; 0: it was merged away in its source, and speaks last.
SELECT
  COALESCE(p.contact_id, c.contact_ref) AS contact_id,
  COALESCE(a.account_id, c.account_ref) AS account_id,
  CASE WHEN c.merged_into IS NULL THEN 1 ELSE 0 END AS standing,
  c.known_day AS known_day, c.occurred_at AS occurred_at, c.observed_at AS observed_at,
  c.row_hash AS row_hash
FROM fact_contacts AS c
LEFT JOIN contact_alias AS p ON p.ref = c.contact_ref
LEFT JOIN account_alias AS a ON a.ref = c.account_ref
WHERE c.known_day <= $as_of AND c.day < $as_of AND c.account_ref IS NOT NULL
