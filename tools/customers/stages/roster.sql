-- Everybody's stage on the morning of as_of, or the reason why there is none.
WITH newest AS (
  SELECT
    s.kind AS kind, s.entity_id AS id, s.to_stage AS stage, s.effective_day AS since_day,
    s.because AS because,
    ROW_NUMBER() OVER (PARTITION BY s.kind, s.entity_id ORDER BY s.effective_day DESC) AS age
  FROM stored_transitions AS s
  LEFT JOIN stage_scope AS t ON t.kind = s.kind AND t.id = s.entity_id
  WHERE NOT $everyone AND t.id IS NULL
),
staged AS (
  SELECT kind AS kind, id AS id, stage AS stage, from_day AS since_day, because AS because
  FROM timeline WHERE to_day IS NULL
  UNION ALL
  SELECT kind AS kind, id AS id, stage AS stage, since_day AS since_day, because AS because
  FROM newest WHERE age = 1
),
everybody AS (
  SELECT 'account' AS kind, account_id AS id, account_id AS account_id FROM accounts
  UNION ALL
  SELECT 'contact' AS kind, contact_id AS id, account_id AS account_id FROM contacts
)
SELECT
  e.kind AS kind, e.id AS id, e.account_id AS account_id, s.stage AS stage,
  s.since_day AS since_day, s.because AS because,
  CASE
    WHEN s.id IS NOT NULL THEN NULL
    WHEN $missing <> '' THEN $missing
    WHEN e.account_id IS NULL THEN 'no account'
    ELSE 'no dated fact'
  END AS unstaged_reason
FROM everybody AS e
LEFT JOIN staged AS s ON s.kind = e.kind AND s.id = e.id
