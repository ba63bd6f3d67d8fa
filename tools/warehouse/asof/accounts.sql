-- One row per account: of every attribute the latest value known; what a merge kept speaks
-- before what it gave up.
WITH ranked AS (
  SELECT
    COALESCE(a.account_id, f.account_ref) AS account_id,
    f.name AS name, f.domain AS domain, f.industry AS industry, f.country AS country,
    f.timezone AS timezone, f.owner AS owner, f.acquisition AS acquisition, f.plan AS plan,
    f.employees AS employees, f.deleted AS deleted, f.day AS day,
    ROW_NUMBER() OVER (
      PARTITION BY COALESCE(a.account_id, f.account_ref)
      ORDER BY CASE WHEN f.merged_into IS NULL THEN 1 ELSE 0 END,
        f.known_day, f.observed_at, f.occurred_at,
        CASE WHEN a.account_id IS NULL THEN 1 ELSE 0 END, f.account_ref, f.row_hash
    ) AS position
  FROM fact_accounts AS f
  LEFT JOIN account_alias AS a ON a.ref = f.account_ref
  WHERE f.day < $as_of AND f.known_day <= $as_of
)
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
