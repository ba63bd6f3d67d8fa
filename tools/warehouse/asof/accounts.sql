-- One row per account: of every attribute the latest value known; what a merge kept speaks
-- before what it gave up. Most accounts were told of once: only the others are ranked.
WITH visible AS (
  SELECT f.*, COALESCE(a.account_id, f.account_ref) AS account_id, a.account_id AS alias_of
  FROM fact_accounts AS f
  LEFT JOIN account_alias AS a ON a.ref = f.account_ref
  WHERE f.day < $as_of AND f.known_day <= $as_of
),
several AS (
  SELECT account_id AS account_id FROM visible GROUP BY account_id HAVING COUNT(*) > 1
),
ranked AS (
  SELECT
    v.*,
    ROW_NUMBER() OVER (
      PARTITION BY v.account_id
      ORDER BY CASE WHEN v.merged_into IS NULL THEN 1 ELSE 0 END,
        v.known_day, v.observed_at, v.occurred_at,
        CASE WHEN v.alias_of IS NULL THEN 1 ELSE 0 END, v.account_ref, v.row_hash
    ) AS position
  FROM visible AS v
  JOIN several AS s ON s.account_id = v.account_id
)
SELECT
  v.account_id AS account_id, v.name AS name, v.domain AS domain, v.industry AS industry,
  v.country AS country, v.timezone AS timezone, v.owner AS owner, v.acquisition AS acquisition,
  v.plan AS plan, v.employees AS employees, CASE WHEN v.day > 0 THEN v.day END AS created_day
FROM visible AS v
LEFT JOIN several AS s ON s.account_id = v.account_id
WHERE s.account_id IS NULL AND NOT COALESCE(v.deleted, FALSE)
UNION ALL
SELECT
  account_id AS account_id,
  ARG_MAX(name, CASE WHEN NOT name IS NULL THEN position END) AS name,
  ARG_MAX(domain, CASE WHEN NOT domain IS NULL THEN position END) AS domain,
  ARG_MAX(industry, CASE WHEN NOT industry IS NULL THEN position END) AS industry,
  ARG_MAX(country, CASE WHEN NOT country IS NULL THEN position END) AS country,
  ARG_MAX(timezone, CASE WHEN NOT timezone IS NULL THEN position END) AS timezone,
  ARG_MAX(owner, CASE WHEN NOT owner IS NULL THEN position END) AS owner,
  ARG_MAX(acquisition, CASE WHEN NOT acquisition IS NULL THEN position END) AS acquisition,
  ARG_MAX(plan, CASE WHEN NOT plan IS NULL THEN position END) AS plan,
  ARG_MAX(employees, CASE WHEN NOT employees IS NULL THEN position END) AS employees,
  MIN(CASE WHEN day > 0 THEN day END) AS created_day
FROM ranked
GROUP BY account_id
HAVING COALESCE(ARG_MAX(CASE WHEN deleted THEN 1 ELSE 0 END, position), 0) = 0
