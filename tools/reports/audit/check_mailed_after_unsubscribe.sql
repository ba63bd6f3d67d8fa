-- Mails sent after the person unsubscribed or complained, with no consent given in between.
WITH left_us AS (
  SELECT COALESCE(p.contact_id, f.contact_ref) AS contact_id, f.occurred_at AS occurred_at
  FROM fact_messages AS f
  LEFT JOIN contact_alias AS p ON p.ref = f.contact_ref
  WHERE f.known_day <= $as_of AND f.day < $as_of AND f.kind IN ('unsubscribed', 'complained')
    AND f.contact_ref IS NOT NULL AND COALESCE(f.channel, 'email') = 'email'
),
after AS (
  SELECT
    m.contact_id AS contact_id, m.occurred_at AS occurred_at, m.n AS n,
    MAX(l.occurred_at) AS left_at
  FROM audit_mailed AS m
  JOIN left_us AS l ON l.contact_id = m.contact_id AND l.occurred_at < m.occurred_at
  GROUP BY m.contact_id, m.occurred_at, m.n
),
agreed AS (
  SELECT COALESCE(p.contact_id, f.contact_ref) AS contact_id, f.occurred_at AS occurred_at
  FROM fact_contacts AS f
  LEFT JOIN contact_alias AS p ON p.ref = f.contact_ref
  WHERE f.known_day <= $as_of AND f.day < $as_of AND f.email_consent
)
SELECT 'messages' AS subject, a.contact_id AS example, CAST(SUM(a.n) AS BIGINT) AS n
FROM after AS a
WHERE NOT EXISTS (
  SELECT 1 AS one
  FROM agreed AS g
  WHERE g.contact_id = a.contact_id AND g.occurred_at > a.left_at
    AND g.occurred_at <= a.occurred_at
)
GROUP BY a.contact_id
