-- Events rolled up by day, with the customers they belong to: a contact's to the account of that day.
-- What adds up to nothing is no use.
SELECT
  COALESCE(a.account_id, f.account_ref, m.account_id, l.account_id) AS account_id,
  COALESCE(c.contact_id, f.contact_ref) AS contact_id,
  f.name AS name, f.day AS day, f.events AS events, COALESCE(f.quantity, f.events) AS quantity
FROM fact_usage AS f
LEFT JOIN account_alias AS a ON a.ref = f.account_ref
LEFT JOIN contact_alias AS c ON c.ref = f.contact_ref
LEFT JOIN contact_account AS l
  ON f.account_ref IS NULL AND l.contact_id = COALESCE(c.contact_id, f.contact_ref)
LEFT JOIN contact_moves AS m
  ON f.account_ref IS NULL AND m.contact_ref = f.contact_ref
  AND m.from_day <= f.day AND f.day < m.to_day
WHERE f.day < $as_of AND f.known_day <= $as_of AND COALESCE(f.quantity, f.events) >= 0.001
