-- The account behind the address of each contact that no source names an account for.
-- $named: an earlier rule read the named accounts, so a state that names one is no candidate.
WITH homeless AS (
  SELECT
    COALESCE(p.contact_id, c.contact_ref) AS contact_id, c.email AS email,
    c.merged_into AS merged_into, c.known_day AS known_day, c.occurred_at AS occurred_at,
    c.observed_at AS observed_at, c.row_hash AS row_hash
  FROM fact_contacts AS c
  LEFT JOIN contact_alias AS p ON p.ref = c.contact_ref
  WHERE c.known_day <= $as_of AND c.day < $as_of AND c.email IS NOT NULL
    AND (c.account_ref IS NULL OR NOT $named)
    AND NOT EXISTS (
      SELECT 1 AS one
      FROM identity_owned AS o
      WHERE o.contact_id = COALESCE(p.contact_id, c.contact_ref)
    )
)
SELECT
  h.contact_id AS contact_id, d.account_id AS account_id,
  CASE WHEN h.merged_into IS NULL THEN 1 ELSE 0 END AS standing,
  h.known_day AS known_day, h.occurred_at AS occurred_at, h.observed_at AS observed_at,
  h.row_hash AS row_hash
FROM homeless AS h
JOIN identity_domain AS d
  ON d.domain = SPLIT_PART(LOWER(TRIM(h.email)), '@', 2) AND d.accounts = 1
