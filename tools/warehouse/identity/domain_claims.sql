-- The account behind the address of each contact that no source names an account for: the one that
-- has the address's domain, or else its parent (mail.ridge.example is of ridge.example).
-- $named: an earlier rule read the named accounts, so a record that names one is no candidate.
WITH homeless AS (
  SELECT
    COALESCE(p.contact_id, c.contact_ref) AS contact_id, $host AS host,
    CASE WHEN NOT c.merged_into IS NULL THEN 0 WHEN c.deleted THEN -1 ELSE 1 END AS standing,
    c.known_day AS known_day, c.occurred_at AS occurred_at, c.observed_at AS observed_at,
    c.row_hash AS row_hash
  FROM contact_records AS c
  LEFT JOIN contact_alias AS p ON p.ref = c.contact_ref
  WHERE c.email IS NOT NULL AND (c.account_ref IS NULL OR NOT $named)
    AND NOT EXISTS (
      SELECT 1 AS one
      FROM identity_owned AS o
      WHERE o.contact_id = COALESCE(p.contact_id, c.contact_ref)
    )
)
SELECT
  h.contact_id AS contact_id, d.account_id AS account_id, h.standing AS standing,
  h.known_day AS known_day, h.occurred_at AS occurred_at, h.observed_at AS observed_at,
  h.row_hash AS row_hash
FROM homeless AS h
LEFT JOIN identity_parent AS u ON u.host = h.host
JOIN identity_domain AS d ON d.domain = COALESCE(u.domain, h.host) AND d.accounts = 1
