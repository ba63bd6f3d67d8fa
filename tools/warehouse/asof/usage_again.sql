-- Contacts whose kept use was split by other stays in accounts than are known now: one of its last
-- days lies in a stay that began on another day. They alone are counted from the beginning.
SELECT DISTINCT k.contact_ref AS contact_ref
FROM fact_use_life AS k
LEFT JOIN contact_moves AS m
  ON m.contact_ref = k.contact_ref AND m.from_day <= k.last_day AND k.last_day < m.to_day
WHERE k.account_ref IS NULL AND COALESCE(m.from_day, 0) <> k.since_day
