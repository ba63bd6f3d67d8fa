-- Mails sent to contacts, by person and instant.
SELECT
  COALESCE(p.contact_id, f.contact_ref) AS contact_id, f.day AS day,
  f.occurred_at AS occurred_at, COUNT(*) AS n
FROM fact_messages AS f
LEFT JOIN contact_alias AS p ON p.ref = f.contact_ref
WHERE f.known_day <= $as_of AND f.day < $as_of AND f.kind = 'sent'
  AND COALESCE(f.channel, 'email') = 'email' AND f.contact_ref IS NOT NULL
GROUP BY COALESCE(p.contact_id, f.contact_ref), f.day, f.occurred_at
