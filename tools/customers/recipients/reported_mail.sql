-- What systems report to have sent since $first_day, each with the folded address it went to; where
-- no system reports what was sent, what was delivered counts.
SELECT
  message_key AS message_key, account_id AS account_id, contact_id AS contact_id, day AS day,
  channel AS channel, COALESCE(contact_id, email, '') AS reader,
  CASE WHEN channel IN ('call', 'sms', 'whatsapp') THEN $phone_key ELSE $email_key END AS address
FROM (
  SELECT
    m.message_key AS message_key, m.account_id AS account_id, m.contact_id AS contact_id,
    m.day AS day, $channel_name AS channel, COALESCE(m.address, c.email) AS email,
    COALESCE(m.address, c.phone) AS phone
  FROM messages AS m
  LEFT JOIN (
    SELECT contact_id AS contact_id, email AS email, phone AS phone FROM contacts
  ) AS c ON c.contact_id = m.contact_id
  WHERE m.day >= $first_day AND m.kind = (
    SELECT CASE WHEN COUNT(*) > 0 THEN 'sent' ELSE 'delivered' END AS kind
    FROM messages AS s
    WHERE s.kind = 'sent'
  )
) AS mail
