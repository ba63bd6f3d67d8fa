-- For every mail the last word before it about its person and its address, of those that close
-- the mails: the last "no" and the last yes, by cause of the "no". One without a day came before.
WITH heard AS (
  SELECT
    m.contact_id AS contact_id, m.address AS address, m.occurred_at AS occurred_at, m.n AS n,
    m.day AS day, w.cause AS cause, w.day AS said_day, w.occurred_at AS said_at,
    w.channel AS channel
  FROM audit_mailed AS m
  JOIN consent_word AS w ON w.holder_kind = 'person' AND w.holder = m.contact_id
  UNION ALL
  SELECT
    m.contact_id AS contact_id, m.address AS address, m.occurred_at AS occurred_at, m.n AS n,
    m.day AS day, w.cause AS cause, w.day AS said_day, w.occurred_at AS said_at,
    w.channel AS channel
  FROM audit_mailed AS m
  JOIN consent_word AS w ON w.holder_kind = 'email' AND w.holder = m.address
)
SELECT
  contact_id AS contact_id, address AS address, occurred_at AS occurred_at, MAX(n) AS n,
  MAX(CASE
    WHEN cause IN ('unsubscribed', 'complained') AND (
      channel IN ('email', '*') OR cause = 'complained'
    ) THEN COALESCE(said_day, 0)
  END) AS left_day,
  MAX(CASE WHEN cause = 'refused' AND channel = 'email' THEN COALESCE(said_day, 0) END)
    AS refused_day,
  MAX(CASE WHEN cause = 'agreed' AND channel = 'email' THEN said_day END) AS agreed_day
FROM heard
WHERE said_day IS NULL OR said_day < day OR said_at < occurred_at
GROUP BY contact_id, address, occurred_at
