-- Events rolled up by day, with the customers they belong to.
SELECT
  COALESCE(a.account_id, f.account_ref, l.account_id) AS account_id,
  COALESCE(c.contact_id, f.contact_ref) AS contact_id,
  f.name AS name, f.day AS day, f.events AS events, f.quantity AS quantity
FROM fact_usage AS f
LEFT JOIN account_alias AS a ON a.ref = f.account_ref
LEFT JOIN contact_alias AS c ON c.ref = f.contact_ref
LEFT JOIN contact_account AS l
  ON f.account_ref IS NULL AND l.contact_id = COALESCE(c.contact_id, f.contact_ref)
WHERE f.day < $as_of AND f.known_day <= $as_of
