-- Product use in the 112 days before the day, with the customers it belongs to.
SELECT
  COALESCE(a.account_id, p.account_ref, m.account_id, l.account_id) AS account_id,
  COALESCE(c.contact_id, p.contact_ref) AS contact_id, p.page AS page,
  p.late_days AS late_days, p.early_days AS early_days, p.events_28 AS events_28,
  p.events_prior_28 AS events_prior_28, p.events_before AS events_before,
  p.kind_0 AS kind_0, p.kind_1 AS kind_1, p.kind_2 AS kind_2, p.kind_3 AS kind_3,
  p.kind_4 AS kind_4, p.kind_5 AS kind_5, p.kind_6 AS kind_6, p.kind_7 AS kind_7
FROM usage_windows_refs AS p
LEFT JOIN account_alias AS a ON a.ref = p.account_ref
LEFT JOIN contact_alias AS c ON c.ref = p.contact_ref
LEFT JOIN contact_account AS l
  ON p.account_ref IS NULL AND l.contact_id = COALESCE(c.contact_id, p.contact_ref)
LEFT JOIN contact_moves AS m
  ON p.account_ref IS NULL AND m.contact_ref = p.contact_ref
  AND m.from_day <= p.since_day AND p.since_day < m.to_day
