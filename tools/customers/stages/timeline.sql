-- The stage of every account and contact, interval by interval. A contact starts with its record
-- or its own first fact; what the account did before that is not the contact's history.
WITH firsts AS (
  SELECT kind AS kind, id AS id, stage AS stage, from_day AS from_day
  FROM stage_base WHERE stage_before IS NULL
),
own_facts AS (
  SELECT contact_id AS contact_id, MIN(day) AS day
  FROM stage_steps WHERE contact_id IS NOT NULL GROUP BY contact_id
),
people AS (
  SELECT contact_id AS contact_id, account_id AS account_id, created_day AS created_day
  FROM contacts WHERE $row_scope
),
linked AS (
  SELECT
    c.contact_id AS contact_id, c.account_id AS account_id,
    CASE WHEN c.created_day IS NULL THEN NULL ELSE LEAST(c.created_day, o.day) END AS start_day,
    CASE
      WHEN c.account_id IS NULL THEN 'whole' WHEN f.id IS NOT NULL THEN 'contact'
      WHEN s.owner IS NOT NULL THEN 'shared' ELSE 'whole'
    END AS base_kind,
    CASE
      WHEN c.account_id IS NULL THEN CONCAT('~', c.contact_id)
      WHEN f.id IS NOT NULL THEN c.contact_id ELSE c.account_id
    END AS base_id
  FROM people AS c
  LEFT JOIN own_facts AS o ON o.contact_id = c.contact_id
  LEFT JOIN firsts AS f ON f.kind = 'contact' AND f.id = c.contact_id
  LEFT JOIN stage_mixed AS s ON s.owner = c.account_id
),
started AS (
  SELECT
    l.contact_id AS contact_id, l.account_id AS account_id,
    l.base_kind AS base_kind, l.base_id AS base_id,
    f.stage AS first_stage, f.from_day AS first_day,
    CASE
      WHEN l.account_id IS NULL THEN LEAST(l.start_day, f.from_day)
      ELSE COALESCE(l.start_day, f.from_day)
    END AS start_day
  FROM linked AS l
  LEFT JOIN firsts AS f ON f.kind = l.base_kind AND f.id = l.base_id
  WHERE l.account_id IS NOT NULL OR f.id IS NOT NULL
),
intervals AS (
  SELECT
    'account' AS kind, a.account_id AS id, a.account_id AS account_id,
    b.stage_before AS from_stage, b.stage AS stage,
    b.from_day AS from_day, b.to_day AS to_day, b.because AS because
  FROM accounts AS a
  INNER JOIN stage_base AS b ON b.kind = 'whole' AND b.id = a.account_id
  UNION ALL
  SELECT
    'contact' AS kind, p.contact_id AS id, p.account_id AS account_id,
    CASE
      WHEN b.from_day <= p.start_day OR (b.stage_before IS NULL AND b.stage = 'none') THEN NULL
      WHEN b.stage_before IS NULL THEN 'none' ELSE b.stage_before
    END AS from_stage,
    b.stage AS stage,
    CASE
      WHEN b.stage_before IS NULL AND b.stage = 'none' THEN p.start_day
      ELSE GREATEST(b.from_day, p.start_day)
    END AS from_day,
    b.to_day AS to_day, b.because AS because
  FROM started AS p
  INNER JOIN stage_base AS b ON b.kind = p.base_kind AND b.id = p.base_id
  WHERE b.to_day IS NULL OR b.to_day > p.start_day
  UNION ALL
  SELECT
    'contact' AS kind, contact_id AS id, account_id AS account_id,
    CAST(NULL AS TEXT) AS from_stage, 'none' AS stage,
    start_day AS from_day, first_day AS to_day, $none_because AS because
  FROM started
  WHERE start_day < $as_of
    AND (first_stage IS NULL OR (first_stage <> 'none' AND start_day < first_day))
)
SELECT
  kind AS kind, id AS id, account_id AS account_id, from_stage AS from_stage, stage AS stage,
  from_day AS from_day, to_day AS to_day, because AS because, $skipped AS skipped
FROM intervals
