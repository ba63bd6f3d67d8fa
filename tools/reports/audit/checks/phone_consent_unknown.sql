-- People with a telephone number of whom no source knows whether we may use it.
SELECT 'contacts.phone_consent' AS subject, contact_id AS example, 1 AS n
FROM audit_contact
WHERE has_phone = 1 AND phone_consent IS NULL
