-- People with an address of whom no source knows whether we may use it.
SELECT 'contacts.email_consent' AS subject, contact_id AS example, 1 AS n
FROM audit_contact
WHERE has_email = 1 AND email_consent IS NULL
