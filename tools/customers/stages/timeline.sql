-- The stage of every account and contact, interval by interval. A contact starts with its record
-- or its own first fact; what the account did before that is not the contact's history. A contact
-- who moved has, in each stay, what is its own and what the account of that stay shares.
WITH firsts AS (
  SELECT kind AS kind, id AS id, stage AS stage, from_day AS from_day
  FROM stage_base WHERE stage_before IS NULL
),
own_facts AS (
  SELECT contact_id AS contact_id, MIN(day) AS day FROM stage_personal GROUP BY contact_id
),
linked AS (
  SELECT
    c.contact_id AS contact_id, c.account_id AS account_id, c.moved AS moved,
    c.from_day AS stay_day, c.to_day AS end_day,
    CASE WHEN c.created_day IS NULL THEN NULL ELSE LEAST(c.created_day, o.day) END AS start_day,
    CASE
      WHEN p.id IS NOT NULL THEN 'contact' WHEN s.owner IS NOT NULL THEN 'shared' ELSE 'whole'
    END AS base_kind,
    COALESCE(p.id, c.account_id) AS base_id
  FROM stage_stays AS c
  LEFT JOIN own_facts AS o ON o.contact_id = c.contact_id
  LEFT JOIN stage_own AS p ON p.contact_id = c.contact_id AND p.from_day = c.from_day
  LEFT JOIN stage_mixed AS s ON s.owner = c.account_id
),
started AS (
  SELECT
    l.contact_id AS contact_id, l.account_id AS account_id, l.moved AS moved,
    l.base_kind AS base_kind, l.base_id AS base_id, l.end_day AS end_day,
    f.stage AS first_stage, f.from_day AS first_day,
    CASE
      WHEN l.stay_day > 0 THEN GREATEST(l.stay_day, COALESCE(l.start_day, l.stay_day))
      WHEN l.account_id IS NULL THEN LEAST(l.start_day, f.from_day)
      ELSE COALESCE(l.start_day, f.from_day)
    END AS start_day
  FROM linked AS l
  LEFT JOIN firsts AS f ON f.kind = l.base_kind AND f.id = l.base_id
  WHERE l.account_id IS NOT NULL OR l.moved = 1 OR f.id IS NOT NULL
),
pieces AS (
  SELECT
    p.contact_id AS id, p.account_id AS account_id, p.moved AS moved,
    CASE
      WHEN b.from_day <= p.start_day OR (b.stage_before IS NULL AND b.stage = 'none') THEN NULL
      WHEN b.stage_before IS NULL THEN 'none' ELSE b.stage_before
    END AS from_stage,
    b.stage AS stage,
    CASE
      WHEN b.stage_before IS NULL AND b.stage = 'none' AND p.moved = 0 THEN p.start_day
      ELSE GREATEST(b.from_day, p.start_day)
    END AS from_day,
    CASE WHEN COALESCE(b.to_day, $never) < p.end_day THEN b.to_day
      WHEN p.end_day < $never THEN p.end_day END AS to_day,
    b.because AS because
  FROM started AS p
  INNER JOIN stage_base AS b ON b.kind = p.base_kind AND b.id = p.base_id
  WHERE (b.to_day IS NULL OR b.to_day > p.start_day)
    AND b.from_day < p.end_day
    AND p.start_day < p.end_day
  UNION ALL
  SELECT
    contact_id AS id, account_id AS account_id, moved AS moved,
    CAST(NULL AS TEXT) AS from_stage, 'none' AS stage,
    start_day AS from_day,
    CASE WHEN COALESCE(first_day, $never) < end_day THEN first_day
      WHEN end_day < $never THEN end_day END AS to_day,
    $none_because AS because
  FROM started
  WHERE start_day < $as_of AND start_day < end_day
    AND (first_stage IS NULL OR (start_day < first_day AND (first_stage <> 'none' OR moved = 1)))
),
-- Of people who moved: neighbours of the same stage in two stays are one interval.
compared AS (
  SELECT
    pieces.*, LAG(stage) OVER (PARTITION BY id ORDER BY from_day) AS stage_before
  FROM pieces
  WHERE moved = 1
),
turns AS (
  SELECT
    id AS id, account_id AS account_id, stage_before AS from_stage, stage AS stage,
    from_day AS from_day, LEAD(from_day) OVER (PARTITION BY id ORDER BY from_day) AS to_day,
    because AS because
  FROM compared
  WHERE stage_before IS NULL OR stage <> stage_before
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
    'contact' AS kind, id AS id, account_id AS account_id, from_stage AS from_stage,
    stage AS stage, from_day AS from_day, to_day AS to_day, because AS because
  FROM pieces
  WHERE moved = 0
  UNION ALL
  SELECT
    'contact' AS kind, id AS id, account_id AS account_id, from_stage AS from_stage,
    stage AS stage, from_day AS from_day, to_day AS to_day, because AS because
  FROM turns
)
SELECT
  kind AS kind, id AS id, account_id AS account_id, from_stage AS from_stage, stage AS stage,
  from_day AS from_day, to_day AS to_day, because AS because, $skipped AS skipped
FROM intervals
