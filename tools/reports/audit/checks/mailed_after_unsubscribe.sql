-- Mails sent after the person or the address unsubscribed or complained, with no yes said since.
SELECT 'messages' AS subject, contact_id AS example, CAST(SUM(n) AS BIGINT) AS n
FROM audit_word
WHERE NOT left_day IS NULL AND COALESCE(agreed_day, -1) <= left_day
GROUP BY contact_id
