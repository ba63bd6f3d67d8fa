-- One row per person not deleted; of consents the strictest word counts.
-- $any: one deleted record is enough, else every record is.
SELECT
  contact_id AS contact_id, MIN(first_day) AS created_day,
  MIN(email_consent) AS email_consent, MIN(phone_consent) AS phone_consent,
  MAX(CASE WHEN email IS NULL THEN 0 ELSE 1 END) AS has_email,
  MAX(CASE WHEN phone IS NULL THEN 0 ELSE 1 END) AS has_phone
FROM audit_contact_state
GROUP BY contact_id
HAVING COALESCE(
  CASE WHEN $any THEN MAX(CASE WHEN merged_into IS NULL THEN deleted END) END, MIN(deleted)
) = 0
