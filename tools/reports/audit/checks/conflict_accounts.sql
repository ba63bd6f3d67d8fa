-- Accounts joined from several records or sources that disagree, field by field.
WITH joined AS (
  SELECT account_id AS account_id
  FROM audit_account_state
  WHERE merged_into IS NULL
  GROUP BY account_id
  HAVING COUNT(*) > 1
),
standing AS (
  SELECT s.*
  FROM audit_account_state AS s
  JOIN joined AS j ON j.account_id = s.account_id
  WHERE s.merged_into IS NULL
),
said AS (
  SELECT account_id AS id, 'accounts.name' AS subject, LOWER(TRIM(name)) AS said FROM standing
  UNION ALL
  SELECT account_id AS id, 'accounts.domain' AS subject, LOWER(TRIM(domain)) AS said FROM standing
  UNION ALL
  SELECT account_id AS id, 'accounts.industry' AS subject, LOWER(TRIM(industry)) AS said FROM standing
  UNION ALL
  SELECT account_id AS id, 'accounts.country' AS subject, LOWER(TRIM(country)) AS said FROM standing
  UNION ALL
  SELECT account_id AS id, 'accounts.timezone' AS subject, LOWER(TRIM(timezone)) AS said FROM standing
  UNION ALL
  SELECT account_id AS id, 'accounts.owner' AS subject, LOWER(TRIM(owner)) AS said FROM standing
  UNION ALL
  SELECT account_id AS id, 'accounts.plan' AS subject, LOWER(TRIM(plan)) AS said FROM standing
  UNION ALL
  SELECT account_id AS id, 'accounts.employees' AS subject, CAST(employees AS TEXT) AS said FROM standing
)
SELECT subject AS subject, id AS example, COUNT(DISTINCT said) AS n
FROM said
GROUP BY subject, id
HAVING COUNT(DISTINCT said) > 1
