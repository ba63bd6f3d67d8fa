-- The facts, stage, segment and score of each asked account.
SELECT
  q.account_id AS account_id, f.name AS name, f.owner AS owner, f.plan AS plan,
  f.seats AS seats, f.mrr_minor AS mrr_minor, f.currency AS currency,
  f.days_to_renewal AS days_to_renewal, f.days_since_event AS days_since_event,
  f.days_since_order AS days_since_order, r.stage AS stage, r.since_day AS since_day,
  r.because AS because, s.segment AS segment, c.probability AS probability, c.band AS band,
  c.label AS label, c.unscored_reason AS unscored_reason,
  COALESCE(f.paused, FALSE) AS paused,
  c.renewal_day AS renewal_day, c.renewal_probability AS renewal_probability
FROM asked AS q
LEFT JOIN features AS f ON f.account_id = q.account_id
LEFT JOIN roster AS r ON r.kind = 'account' AND r.id = q.account_id
LEFT JOIN segments AS s ON s.account_id = q.account_id
LEFT JOIN scores AS c ON c.account_id = q.account_id
ORDER BY q.account_id
