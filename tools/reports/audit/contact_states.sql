-- The state of each contact record, with the customer it belongs to.
-- A record that several sources tell of has a state in each.
WITH mixed AS (
  SELECT contact_ref AS ref
  FROM fact_contacts
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY contact_ref
  HAVING MIN(source) <> MAX(source)
),
told AS (
  SELECT
    f.*, MIN(CASE WHEN day > 0 THEN day END) OVER (PARTITION BY contact_ref, source) AS first_day,
    ROW_NUMBER() OVER (
      PARTITION BY contact_ref, source
      ORDER BY known_day DESC, observed_at DESC, occurred_at DESC, row_hash DESC
    ) AS age
  FROM fact_contacts AS f
  JOIN mixed AS m ON m.ref = f.contact_ref
  WHERE known_day <= $as_of AND day < $as_of
),
states AS (
  SELECT
    contact_ref, source, account_ref, merged_into, email, name, phone, country, timezone, language, owner,
    email_consent, phone_consent, deleted, first_day
  FROM contact_records
  WHERE contact_ref NOT IN (SELECT ref AS ref FROM mixed)
  UNION ALL
  SELECT
    contact_ref, source, account_ref, merged_into, email, name, phone, country, timezone, language, owner,
    email_consent, phone_consent, deleted, first_day
  FROM told
  WHERE age = 1
)
SELECT
  COALESCE(p.contact_id, s.contact_ref) AS contact_id, s.contact_ref AS ref, s.source AS source,
  COALESCE(a.account_id, s.account_ref) AS account_id, s.merged_into AS merged_into,
  s.email AS email, s.name AS name, s.phone AS phone, s.country AS country,
  s.timezone AS timezone, s.language AS language, s.owner AS owner,
  CASE WHEN s.email_consent THEN 1 WHEN NOT s.email_consent THEN 0 END AS email_consent,
  CASE WHEN s.phone_consent THEN 1 WHEN NOT s.phone_consent THEN 0 END AS phone_consent,
  CASE WHEN s.deleted THEN 1 ELSE 0 END AS deleted, s.first_day AS first_day
FROM states AS s
LEFT JOIN contact_alias AS p ON p.ref = s.contact_ref
LEFT JOIN account_alias AS a ON a.ref = s.account_ref
