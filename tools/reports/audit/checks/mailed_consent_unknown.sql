-- People mailed of whom no source knows whether we may.
SELECT 'messages' AS subject, m.contact_id AS example, CAST(SUM(m.n) AS BIGINT) AS n
FROM audit_mailed AS m
JOIN audit_contact AS c ON c.contact_id = m.contact_id
WHERE c.email_consent IS NULL
GROUP BY m.contact_id
