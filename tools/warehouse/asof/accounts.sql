-- One row per account that is not gone: of each attribute the newest value; what a merge kept
-- speaks before what it gave up, and a deleted record last. Most accounts have one record: only
-- the others are ranked.
-- $any: one deleted record is enough; else an account is gone when every record is. A record is
-- overruled by a later word to the contrary of an id space that is ranked higher. An account that
-- pays is never gone: archived in the CRM, it is still a customer of billing.
WITH records AS (
  SELECT
    r.*, COALESCE(a.account_id, r.account_ref) AS account_id, a.account_id AS alias_of,
    CASE WHEN COALESCE(r.deleted, FALSE) THEN 1 ELSE 0 END AS gone,
    CASE WHEN r.merged_into IS NULL THEN 1 ELSE 0 END AS kept
  FROM account_records AS r
  LEFT JOIN account_alias AS a ON a.ref = r.account_ref
),
paying AS (
  SELECT DISTINCT s.account_id AS account_id
  FROM subscriptions AS s
  JOIN records AS r ON r.account_id = s.account_id AND r.gone = 1
  WHERE s.mrr_minor > 0 AND NOT COALESCE(s.trial, FALSE) AND s.started_day < $as_of
    AND s.ended_day IS NULL
),
several AS (
  SELECT account_id AS account_id FROM records GROUP BY account_id HAVING COUNT(*) > 1
),
ranked AS (
  SELECT
    r.*, COALESCE(k.place, 1000000) AS rank,
    ROW_NUMBER() OVER (
      PARTITION BY r.account_id
      ORDER BY r.known_day, r.observed_at, r.occurred_at, r.account_ref
    ) AS moment,
    ROW_NUMBER() OVER (
      PARTITION BY r.account_id
      ORDER BY 1 - r.gone, r.kept, r.known_day, r.observed_at, r.occurred_at,
        CASE WHEN r.alias_of IS NULL THEN 1 ELSE 0 END, r.account_ref, r.row_hash
    ) AS position
  FROM records AS r
  JOIN several AS s ON s.account_id = r.account_id
  LEFT JOIN identity_rank AS k ON k.space = SPLIT_PART(r.account_ref, ':', 1)
),
overruled AS (
  SELECT DISTINCT r.account_ref AS account_ref
  FROM ranked AS r
  JOIN ranked AS o
    ON o.account_id = r.account_id AND o.rank < r.rank AND o.moment > r.moment
    AND o.gone <> r.gone AND o.kept = 1
  WHERE r.kept = 1
),
merged AS (
  SELECT
    r.account_id AS account_id,
    ARG_MAX(r.name, CASE WHEN NOT r.name IS NULL THEN r.position END) AS name,
    ARG_MAX(r.domain, CASE WHEN NOT r.domain IS NULL THEN r.position END) AS domain,
    ARG_MAX(r.industry, CASE WHEN NOT r.industry IS NULL THEN r.position END) AS industry,
    ARG_MAX(r.country, CASE WHEN NOT r.country IS NULL THEN r.position END) AS country,
    ARG_MAX(r.timezone, CASE WHEN NOT r.timezone IS NULL THEN r.position END) AS timezone,
    ARG_MAX(r.owner, CASE WHEN NOT r.owner IS NULL THEN r.position END) AS owner,
    ARG_MAX(r.acquisition, CASE WHEN NOT r.acquisition IS NULL THEN r.position END) AS acquisition,
    ARG_MAX(r.plan, CASE WHEN NOT r.plan IS NULL THEN r.position END) AS plan,
    ARG_MAX(r.employees, CASE WHEN NOT r.employees IS NULL THEN r.position END) AS employees,
    MIN(r.first_day) AS created_day,
    MAX(CASE WHEN r.kept = 1 AND o.account_ref IS NULL THEN r.gone END) AS one_gone,
    MIN(CASE WHEN r.kept = 1 AND o.account_ref IS NULL THEN r.gone END) AS all_gone,
    MIN(r.gone) AS gone
  FROM ranked AS r
  LEFT JOIN overruled AS o ON o.account_ref = r.account_ref
  GROUP BY r.account_id
)
SELECT
  r.account_id AS account_id, r.name AS name, r.domain AS domain, r.industry AS industry,
  r.country AS country, r.timezone AS timezone, r.owner AS owner, r.acquisition AS acquisition,
  r.plan AS plan, r.employees AS employees, r.first_day AS created_day
FROM records AS r
LEFT JOIN several AS s ON s.account_id = r.account_id
LEFT JOIN paying AS p ON p.account_id = r.account_id
WHERE s.account_id IS NULL AND (r.gone = 0 OR NOT p.account_id IS NULL)
UNION ALL
SELECT
  m.account_id AS account_id, m.name AS name, m.domain AS domain, m.industry AS industry,
  m.country AS country, m.timezone AS timezone, m.owner AS owner, m.acquisition AS acquisition,
  m.plan AS plan, m.employees AS employees, m.created_day AS created_day
FROM merged AS m
LEFT JOIN paying AS p ON p.account_id = m.account_id
WHERE COALESCE(CASE WHEN $any THEN m.one_gone ELSE m.all_gone END, m.gone) = 0
  OR NOT p.account_id IS NULL
