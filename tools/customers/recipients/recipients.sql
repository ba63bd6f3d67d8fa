-- For each asked account and way to reach it, the person who may be reached best: one with an
-- address, who agreed, did not unsubscribe, used the product last, and has been there longest.
-- Where a contact is asked for, that one alone.
WITH people AS (
  SELECT
    c.account_id AS account_id, c.contact_id AS contact_id, c.name AS name, c.email AS email,
    c.phone AS phone, c.timezone AS timezone, c.email_consent AS email_consent,
    c.phone_consent AS phone_consent, c.created_day AS created_day,
    CASE WHEN $way = 'email' THEN c.email ELSE c.phone END AS address,
    CASE WHEN $way = 'email' THEN c.email_consent ELSE c.phone_consent END AS consent
  FROM contacts AS c
  INNER JOIN asked AS q
    ON q.account_id = c.account_id AND COALESCE(q.contact_id, c.contact_id) = c.contact_id
),
used AS (
  SELECT u.contact_id AS contact_id, MAX(u.day) AS last_day
  FROM usage AS u
  INNER JOIN people AS p ON p.contact_id = u.contact_id
  WHERE u.day >= $as_of - 112
  GROUP BY u.contact_id
),
left_us AS (
  SELECT m.contact_id AS contact_id, MAX(m.day) AS day
  FROM messages AS m
  INNER JOIN people AS p ON p.contact_id = m.contact_id
  WHERE m.kind IN ('unsubscribed', 'complained')
  GROUP BY m.contact_id
),
ranked AS (
  SELECT
    p.account_id AS account_id, p.contact_id AS contact_id, p.name AS name, p.email AS email,
    p.phone AS phone, p.timezone AS timezone, p.email_consent AS email_consent,
    p.phone_consent AS phone_consent,
    CASE WHEN l.contact_id IS NULL THEN FALSE ELSE TRUE END AS unsubscribed,
    ROW_NUMBER() OVER (
      PARTITION BY p.account_id
      ORDER BY
        CASE WHEN p.address IS NULL THEN 1 ELSE 0 END,
        CASE WHEN l.contact_id IS NULL THEN 0 ELSE 1 END,
        CASE WHEN p.consent THEN 0 WHEN p.consent IS NULL THEN 1 ELSE 2 END,
        COALESCE(u.last_day, 0) DESC, COALESCE(p.created_day, 0), p.contact_id
    ) AS place
  FROM people AS p
  LEFT JOIN used AS u ON u.contact_id = p.contact_id
  LEFT JOIN left_us AS l ON l.contact_id = p.contact_id
)
SELECT
  q.account_id AS account_id, r.contact_id AS contact_id, r.name AS name, r.email AS email,
  r.phone AS phone, r.email_consent AS email_consent, r.phone_consent AS phone_consent,
  r.unsubscribed AS unsubscribed, r.timezone AS timezone, a.timezone AS account_timezone,
  f.tickets_open_high AS open_high_tickets, f.open_deals AS open_deals
FROM asked AS q
LEFT JOIN ranked AS r ON r.account_id = q.account_id AND r.place = 1
LEFT JOIN accounts AS a ON a.account_id = q.account_id
LEFT JOIN features AS f ON f.account_id = q.account_id
ORDER BY q.account_id
