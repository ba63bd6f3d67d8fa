-- For each asked account and channel, the person who may be reached best: one with an address,
-- whom no "no" of person or address closes the channel for, who agreed, used the product last, and
-- has been there longest. Where a contact is asked for, that one alone.
-- Of the words the last one counts: a "no" stands unless the same person or address said yes on a
-- later day; one without a day stands, and so does a bounce.
WITH people AS (
  SELECT
    a.*,
    CASE WHEN $way = 'email' THEN email ELSE phone END AS address,
    CASE WHEN $way = 'email' THEN $email_key ELSE $phone_key END AS folded,
    CASE WHEN $family = 'email' THEN email_consent ELSE phone_consent END AS consent
  FROM (
    SELECT
      c.account_id AS account_id, c.contact_id AS contact_id, c.name AS name, c.email AS email,
      c.phone AS phone, c.timezone AS timezone, c.language AS language,
      c.email_consent AS email_consent, c.phone_consent AS phone_consent,
      c.created_day AS created_day
    FROM contacts AS c
    INNER JOIN asked AS q
      ON q.account_id = c.account_id AND COALESCE(q.contact_id, c.contact_id) = c.contact_id
  ) AS a
),
holder AS (
  SELECT contact_id AS contact_id, 'person' AS holder_kind, contact_id AS holder FROM people
  UNION ALL
  SELECT contact_id AS contact_id, $way AS holder_kind, folded AS holder
  FROM people
  WHERE NOT folded IS NULL
),
word AS (
  SELECT
    h.contact_id AS contact_id, w.holder_kind AS holder_kind, w.channel AS channel,
    w.cause AS cause, w.day AS day, w.ref AS ref, w.source AS source
  FROM holder AS h
  INNER JOIN consent_word AS w ON w.holder_kind = h.holder_kind AND w.holder = h.holder
),
agreed AS (
  SELECT
    contact_id AS contact_id,
    MAX(CASE WHEN holder_kind <> 'person' THEN day END) AS address_day,
    MAX(CASE WHEN holder_kind = 'person' OR ref IS NULL THEN day END) AS person_day
  FROM word
  WHERE cause = 'agreed' AND channel IN ($channel, $family)
  GROUP BY contact_id
),
standing AS (
  SELECT
    w.*,
    ROW_NUMBER() OVER (
      PARTITION BY w.contact_id
      ORDER BY
        CASE w.cause
          WHEN 'complained' THEN 0 WHEN 'unsubscribed' THEN 1 WHEN 'deleted' THEN 2
          WHEN 'bounced' THEN 3 ELSE 4
        END,
        COALESCE(w.day, 0) DESC, w.channel, w.ref, w.source, w.holder_kind
    ) AS place,
    MAX(CASE WHEN w.cause = 'refused' THEN 1 ELSE 0 END) OVER (PARTITION BY w.contact_id)
      AS refused,
    MAX(CASE WHEN w.cause IN ('unsubscribed', 'complained') THEN 1 ELSE 0 END)
      OVER (PARTITION BY w.contact_id) AS left_us
  FROM word AS w
  INNER JOIN no_closes AS n ON n.cause = w.cause AND n.said_in = w.channel
  LEFT JOIN agreed AS g ON g.contact_id = w.contact_id
  WHERE w.cause = 'bounced' OR w.day IS NULL OR w.day >= COALESCE(
    CASE WHEN w.holder_kind = 'person' THEN g.person_day ELSE g.address_day END, -1
  )
),
ranked AS (
  SELECT
    p.*, s.cause AS cause, s.channel AS said_in, s.day AS said_day, s.ref AS said_by,
    s.source AS said_source, COALESCE(s.left_us, 0) = 1 AS unsubscribed,
    COALESCE(s.refused, 0) = 1 AS refused, g.person_day AS agreed_day,
    ROW_NUMBER() OVER (
      PARTITION BY p.account_id
      ORDER BY
        CASE WHEN p.address IS NULL THEN 1 ELSE 0 END,
        CASE WHEN s.contact_id IS NULL AND x.folded IS NULL THEN 0 ELSE 1 END,
        CASE WHEN p.consent OR NOT g.person_day IS NULL THEN 0 WHEN p.consent IS NULL THEN 1
          ELSE 2 END,
        COALESCE(u.last_day, 0) DESC, COALESCE(p.created_day, 0), p.contact_id
    ) AS place
  FROM people AS p
  LEFT JOIN (
    SELECT u.contact_id AS contact_id, MAX(u.day) AS last_day
    FROM usage AS u
    INNER JOIN people AS p ON p.contact_id = u.contact_id
    WHERE u.day >= $as_of - 112
    GROUP BY u.contact_id
  ) AS u ON u.contact_id = p.contact_id
  LEFT JOIN standing AS s ON s.contact_id = p.contact_id AND s.place = 1
  LEFT JOIN agreed AS g ON g.contact_id = p.contact_id
  LEFT JOIN passed_over AS x ON x.folded = p.folded
)
SELECT
  q.account_id AS account_id, r.contact_id AS contact_id, r.name AS name, r.email AS email,
  r.phone AS phone, r.language AS language,
  CASE
    WHEN $family <> 'email' THEN r.email_consent WHEN r.refused THEN FALSE
    WHEN NOT r.agreed_day IS NULL THEN TRUE ELSE r.email_consent
  END AS email_consent,
  CASE
    WHEN $family <> 'call' THEN r.phone_consent WHEN r.refused THEN FALSE
    WHEN NOT r.agreed_day IS NULL THEN TRUE ELSE r.phone_consent
  END AS phone_consent,
  r.unsubscribed AS unsubscribed, r.cause AS cause, r.said_in AS said_in, r.said_day AS said_day,
  r.said_by AS said_by, r.said_source AS said_source, r.agreed_day AS agreed_day,
  r.timezone AS timezone, a.timezone AS account_timezone,
  f.tickets_open_high AS open_high_tickets, f.open_deals AS open_deals
FROM asked AS q
LEFT JOIN ranked AS r ON r.account_id = q.account_id AND r.place = 1
LEFT JOIN accounts AS a ON a.account_id = q.account_id
LEFT JOIN features AS f ON f.account_id = q.account_id
ORDER BY q.account_id
