-- One row per person not deleted; of consents the strictest word counts.
SELECT
  contact_id AS contact_id, MIN(first_day) AS created_day,
  MIN(email_consent) AS email_consent, MIN(phone_consent) AS phone_consent,
  MAX(CASE WHEN email IS NULL THEN 0 ELSE 1 END) AS has_email,
  MAX(CASE WHEN phone IS NULL THEN 0 ELSE 1 END) AS has_phone
FROM audit_contact_state
GROUP BY contact_id
HAVING MIN(deleted) = 0
