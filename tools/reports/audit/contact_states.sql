-- The newest state of each contact record in each source, with the customer it belongs to.
SELECT
  COALESCE(p.contact_id, s.contact_ref) AS contact_id, s.contact_ref AS ref, s.source AS source,
  COALESCE(a.account_id, s.account_ref) AS account_id, s.merged_into AS merged_into,
  s.email AS email, s.name AS name, s.phone AS phone, s.country AS country,
  s.timezone AS timezone, s.language AS language, s.owner AS owner,
  CASE WHEN s.email_consent THEN 1 WHEN NOT s.email_consent THEN 0 END AS email_consent,
  CASE WHEN s.phone_consent THEN 1 WHEN NOT s.phone_consent THEN 0 END AS phone_consent,
  CASE WHEN s.deleted THEN 1 ELSE 0 END AS deleted, s.first_day AS first_day
FROM (
  SELECT
    f.*, MIN(CASE WHEN day > 0 THEN day END) OVER (PARTITION BY contact_ref, source) AS first_day,
    ROW_NUMBER() OVER (
      PARTITION BY contact_ref, source
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_contacts AS f
  WHERE known_day <= $as_of AND day < $as_of
) AS s
LEFT JOIN contact_alias AS p ON p.ref = s.contact_ref
LEFT JOIN account_alias AS a ON a.ref = s.account_ref
WHERE s.age = 1
