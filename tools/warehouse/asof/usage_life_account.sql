-- First and last day of use per account, after identity; a contact's use is that account's to which
-- it belonged on the day.
SELECT
  COALESCE(a.account_id, p.account_ref, m.account_id, l.account_id) AS account_id,
  MIN(p.first_day) AS first_day, MAX(p.last_day) AS last_day
FROM usage_life_refs AS p
LEFT JOIN account_alias AS a ON a.ref = p.account_ref
LEFT JOIN contact_alias AS c ON c.ref = p.contact_ref
LEFT JOIN contact_account AS l
  ON p.account_ref IS NULL AND l.contact_id = COALESCE(c.contact_id, p.contact_ref)
LEFT JOIN contact_moves AS m
  ON p.account_ref IS NULL AND m.contact_ref = p.contact_ref
  AND m.from_day <= p.since_day AND p.since_day < m.to_day
WHERE NOT COALESCE(a.account_id, p.account_ref, m.account_id, l.account_id) IS NULL
GROUP BY COALESCE(a.account_id, p.account_ref, m.account_id, l.account_id)
