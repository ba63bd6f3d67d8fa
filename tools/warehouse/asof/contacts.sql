-- One row per person who is not deleted: latest attributes known, the strictest consent.
WITH versions AS (
  SELECT
    f.*,
    COALESCE(c.contact_id, f.contact_ref) AS contact_id,
    CASE WHEN c.contact_id IS NULL THEN 1 ELSE 0 END AS own,
    ROW_NUMBER() OVER (
      PARTITION BY f.contact_ref
      ORDER BY f.known_day DESC, f.observed_at DESC, f.occurred_at DESC, f.row_hash DESC
    ) AS age
  FROM fact_contacts AS f
  LEFT JOIN contact_alias AS c ON c.ref = f.contact_ref
  WHERE f.day < $as_of AND f.known_day <= $as_of
),
ranked AS (
  SELECT
    versions.*,
    ROW_NUMBER() OVER (
      PARTITION BY contact_id
      ORDER BY CASE WHEN merged_into IS NULL THEN 1 ELSE 0 END,
        known_day, observed_at, occurred_at, own, contact_ref, row_hash
    ) AS position
  FROM versions
),
merged AS (
  SELECT
    contact_id AS contact_id,
    ARG_MAX(email, CASE WHEN NOT email IS NULL THEN position END) AS email,
    ARG_MAX(name, CASE WHEN NOT name IS NULL THEN position END) AS name,
    ARG_MAX(phone, CASE WHEN NOT phone IS NULL THEN position END) AS phone,
    ARG_MAX(country, CASE WHEN NOT country IS NULL THEN position END) AS country,
    ARG_MAX(timezone, CASE WHEN NOT timezone IS NULL THEN position END) AS timezone,
    ARG_MAX(language, CASE WHEN NOT language IS NULL THEN position END) AS language,
    ARG_MAX(owner, CASE WHEN NOT owner IS NULL THEN position END) AS owner,
    ARG_MAX(acquisition, CASE WHEN NOT acquisition IS NULL THEN position END) AS acquisition,
    MIN(CASE WHEN age = 1 AND email_consent THEN 1 WHEN age = 1 AND NOT email_consent THEN 0 END)
      AS email_consent,
    MIN(CASE WHEN age = 1 AND phone_consent THEN 1 WHEN age = 1 AND NOT phone_consent THEN 0 END)
      AS phone_consent,
    MIN(CASE WHEN qualified_day < $as_of THEN qualified_day END) AS qualified_day,
    MIN(CASE WHEN day > 0 THEN day END) AS created_day,
    MIN(CASE WHEN age = 1 AND deleted THEN 1 WHEN age = 1 THEN 0 END) AS deleted
  FROM ranked
  GROUP BY contact_id
)
SELECT
  m.contact_id AS contact_id, l.account_id AS account_id, m.email AS email, m.name AS name,
  m.phone AS phone, m.country AS country, m.timezone AS timezone, m.language AS language,
  m.owner AS owner, m.acquisition AS acquisition,
  m.email_consent = 1 AS email_consent, m.phone_consent = 1 AS phone_consent,
  m.qualified_day AS qualified_day, m.created_day AS created_day
FROM merged AS m
LEFT JOIN contact_account AS l ON l.contact_id = m.contact_id
WHERE COALESCE(m.deleted, 0) = 0
