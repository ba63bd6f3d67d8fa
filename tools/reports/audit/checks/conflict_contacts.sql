-- Contacts joined from several records or sources that disagree, field by field.
WITH joined AS (
  SELECT contact_id AS contact_id
  FROM audit_contact_state
  WHERE merged_into IS NULL
  GROUP BY contact_id
  HAVING COUNT(*) > 1
),
standing AS (
  SELECT s.*
  FROM audit_contact_state AS s
  JOIN joined AS j ON j.contact_id = s.contact_id
  WHERE s.merged_into IS NULL
),
said AS (
  SELECT contact_id AS id, 'contacts.email' AS subject, LOWER(TRIM(email)) AS said FROM standing
  UNION ALL
  SELECT contact_id AS id, 'contacts.name' AS subject, LOWER(TRIM(name)) AS said FROM standing
  UNION ALL
  SELECT contact_id AS id, 'contacts.phone' AS subject, LOWER(TRIM(phone)) AS said FROM standing
  UNION ALL
  SELECT contact_id AS id, 'contacts.country' AS subject, LOWER(TRIM(country)) AS said FROM standing
  UNION ALL
  SELECT contact_id AS id, 'contacts.timezone' AS subject, LOWER(TRIM(timezone)) AS said FROM standing
  UNION ALL
  SELECT contact_id AS id, 'contacts.language' AS subject, LOWER(TRIM(language)) AS said FROM standing
  UNION ALL
  SELECT contact_id AS id, 'contacts.owner' AS subject, LOWER(TRIM(owner)) AS said FROM standing
  UNION ALL
  SELECT contact_id AS id, 'contacts.account_ref' AS subject, account_id AS said FROM standing
  UNION ALL
  SELECT contact_id AS id, 'contacts.email_consent' AS subject, CAST(email_consent AS TEXT) AS said FROM standing
  UNION ALL
  SELECT contact_id AS id, 'contacts.phone_consent' AS subject, CAST(phone_consent AS TEXT) AS said FROM standing
)
SELECT subject AS subject, id AS example, COUNT(DISTINCT said) AS n
FROM said
GROUP BY subject, id
HAVING COUNT(DISTINCT said) > 1
