-- Current transitions in the store that the log no longer tells.
SELECT
  s.kind AS kind, s.entity_id AS entity_id, s.from_stage AS from_stage, s.to_stage AS to_stage,
  s.effective_day AS effective_day, s.observed_day AS observed_day, s.rule_version AS rule_version,
  $as_of AS superseded_day
FROM stored_transitions AS s
LEFT JOIN timeline AS t
  ON s.kind = t.kind AND s.entity_id = t.id AND s.effective_day = t.from_day
  AND s.to_stage = t.stage AND COALESCE(s.from_stage, '') = COALESCE(t.from_stage, '')
LEFT JOIN stage_scope AS c ON c.kind = s.kind AND c.id = s.entity_id
WHERE t.id IS NULL AND ($everyone OR c.id IS NOT NULL)
