-- Transitions the log tells today and the store does not hold.
-- restated: an earlier run had already answered for that day, and the lateness window is over.
SELECT
  t.kind AS kind, t.id AS entity_id, t.from_stage AS from_stage, t.stage AS to_stage,
  t.from_day AS effective_day, $as_of AS observed_day, t.because AS because,
  $rule_version AS rule_version, t.skipped AS skipped,
  CASE
    WHEN k.entity_id IS NULL OR t.from_day >= $last_run THEN FALSE
    ELSE $as_of - t.from_day > $lateness_days
  END AS restated,
  $as_of - t.from_day <= $max_staleness_days AS fresh
FROM timeline AS t
LEFT JOIN stored_transitions AS s
  ON s.kind = t.kind AND s.entity_id = t.id AND s.effective_day = t.from_day
  AND s.to_stage = t.stage AND COALESCE(s.from_stage, '') = COALESCE(t.from_stage, '')
LEFT JOIN (SELECT DISTINCT kind AS kind, entity_id AS entity_id FROM stored_transitions) AS k
  ON k.kind = t.kind AND k.entity_id = t.id
WHERE s.entity_id IS NULL
