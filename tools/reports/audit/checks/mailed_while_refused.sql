-- Mails sent although a record of the person or the address refuses mail, with no yes said since.
SELECT 'messages' AS subject, contact_id AS example, CAST(SUM(n) AS BIGINT) AS n
FROM audit_word
WHERE NOT refused_day IS NULL AND (refused_day = 0 OR COALESCE(agreed_day, -1) <= refused_day)
GROUP BY contact_id
