-- The account that each contact record names now; one that was emptied names none.
-- standing 1: the record stands; 0: it was merged away in its source; -1: it was deleted there,
-- and tells only where the use of the product of those who left belongs.
SELECT
  COALESCE(p.contact_id, c.contact_ref) AS contact_id,
  COALESCE(a.account_id, c.account_ref) AS account_id,
  CASE WHEN NOT c.merged_into IS NULL THEN 0 WHEN c.deleted THEN -1 ELSE 1 END AS standing,
  c.known_day AS known_day, c.occurred_at AS occurred_at, c.observed_at AS observed_at,
  c.row_hash AS row_hash
FROM contact_records AS c
LEFT JOIN contact_alias AS p ON p.ref = c.contact_ref
LEFT JOIN account_alias AS a ON a.ref = c.account_ref
WHERE c.account_ref IS NOT NULL
