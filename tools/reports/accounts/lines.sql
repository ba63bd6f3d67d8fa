-- The list with what people said of it: who has which account today, and what is put away.
-- What was drawn to learn from has its place before what is worth more: it is asked about anyway.
-- Customers come before whoever only has an open deal and pays nothing yet: such deals are sales'
-- own work, and fill what customers leave of a day.
-- Accounts without an owner go, worth most first, to whoever has least that day: every owner's
-- places are levels, and the free ones are filled level by level.
WITH again AS (
  SELECT r.account_id AS account_id, COUNT(*) AS n
  FROM account_reasons AS r
  INNER JOIN account_care AS c ON c.account_id = r.account_id AND c.kind = 'done'
  LEFT JOIN account_known AS k ON k.account_id = r.account_id AND k.reason = r.reason
  WHERE k.reason IS NULL
  GROUP BY r.account_id
),
stated AS (
  SELECT
    b.account_id AS account_id, b.owner AS owner, b.nv_minor AS nv_minor, b.drawn AS drawn,
    b.prospect AS prospect, c.kind AS kind, c.owner AS claimer,
    CASE
      WHEN c.kind = 'not_useful' AND c.until_day > $today THEN 'hidden'
      WHEN c.kind = 'snooze' AND c.until_day > $today THEN 'snoozed'
      WHEN c.kind = 'done' AND COALESCE(a.n, 0) = 0
        AND CAST(b.nv_minor AS DOUBLE) <= CAST(c.value_minor AS DOUBLE) * (1e0 + $more_share)
        THEN 'done'
      WHEN NOT u.account_id IS NULL THEN 'decided'
      WHEN c.kind = 'claim' AND c.until_day > $today THEN 'claimed'
      ELSE 'open'
    END AS state
  FROM account_base AS b
  LEFT JOIN account_care AS c ON c.account_id = b.account_id
  LEFT JOIN again AS a ON a.account_id = b.account_id
  LEFT JOIN account_under_way AS u ON u.account_id = b.account_id
  WHERE b.part = 'list'
),
held AS (
  SELECT
    account_id AS account_id, nv_minor AS nv_minor, drawn AS drawn, prospect AS prospect,
    state AS state,
    CASE WHEN state = 'claimed' THEN COALESCE(claimer, owner) ELSE owner END AS holder
  FROM stated
),
own AS (
  SELECT
    account_id AS account_id, holder AS holder,
    ROW_NUMBER() OVER (
      PARTITION BY holder ORDER BY drawn DESC, prospect, nv_minor DESC, account_id
    ) AS place
  FROM held
  WHERE state IN ('open', 'claimed') AND NOT holder IS NULL
),
loads AS (
  SELECT holder AS holder, COUNT(*) AS n FROM own GROUP BY holder
),
free AS (
  SELECT
    o.owner AS owner, v.level AS level,
    ROW_NUMBER() OVER (ORDER BY v.level, o.owner) AS number
  FROM account_owners AS o
  INNER JOIN account_levels AS v ON v.level <= o.capacity
  LEFT JOIN loads AS l ON l.holder = o.owner
  WHERE v.level > COALESCE(l.n, 0)
),
pool AS (
  SELECT
    account_id AS account_id,
    ROW_NUMBER() OVER (ORDER BY drawn DESC, prospect, nv_minor DESC, account_id) AS number
  FROM held
  WHERE state = 'open' AND holder IS NULL
)
SELECT
  s.account_id AS account_id, COALESCE(h.holder, f.owner) AS holder,
  CASE
    WHEN s.state <> 'open' THEN s.state
    WHEN NOT f.owner IS NULL OR w.place <= q.capacity THEN 'today'
    ELSE 'later'
  END AS state,
  CAST(COALESCE(w.place, f.level) AS BIGINT) AS place
FROM stated AS s
INNER JOIN held AS h ON h.account_id = s.account_id
LEFT JOIN own AS w ON w.account_id = s.account_id
LEFT JOIN account_owners AS q ON q.owner = w.holder
LEFT JOIN pool AS p ON p.account_id = s.account_id
LEFT JOIN free AS f ON f.number = p.number
