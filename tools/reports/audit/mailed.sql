-- Mails sent to contacts, by person, folded address and instant.
SELECT
  COALESCE(p.contact_id, s.ref) AS contact_id, $email_key AS address, s.day AS day,
  s.occurred_at AS occurred_at, COUNT(*) AS n
FROM (
  SELECT
    f.contact_ref AS ref, f.day AS day, f.occurred_at AS occurred_at,
    COALESCE(f.address, c.email) AS email
  FROM fact_messages AS f
  LEFT JOIN (
    SELECT ref AS ref, MAX(email) AS email FROM audit_contact_state GROUP BY ref
  ) AS c ON c.ref = f.contact_ref
  WHERE f.known_day <= $as_of AND f.day < $as_of AND f.kind = 'sent'
    AND COALESCE(f.channel, 'email') = 'email' AND f.contact_ref IS NOT NULL
) AS s
LEFT JOIN contact_alias AS p ON p.ref = s.ref
GROUP BY COALESCE(p.contact_id, s.ref), $email_key, s.day, s.occurred_at
