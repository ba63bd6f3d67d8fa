-- Mails sent from $first_day to before $end_day, one row for each person, campaign, type and day,
-- with the day on which the person first opened it, clicked in it, and so on: so that a mail
-- opened ten times was opened once. What a program opened or clicked is not counted. An answer
-- belongs to the latest mail of its campaign, else of its type, else of any, that day or before.
WITH sent AS (
  SELECT
    COALESCE(contact_id, account_id) AS who, MIN(account_id) AS account_id,
    campaign_id AS campaign_id, name AS name, COALESCE(name, channel, 'mail') AS type, day AS day
  FROM messages
  WHERE kind = 'sent' AND day >= $first_day AND day < $end_day
    AND NOT (contact_id IS NULL AND account_id IS NULL)
  GROUP BY COALESCE(contact_id, account_id), campaign_id, name, COALESCE(name, channel, 'mail'), day
),
mails AS (
  SELECT
    s.*, ROW_NUMBER() OVER (
      PARTITION BY who
      ORDER BY day, type DESC, COALESCE(campaign_id, '') DESC, COALESCE(name, '') DESC
    ) AS mail
  FROM sent AS s
),
answers AS (
  SELECT DISTINCT
    COALESCE(contact_id, account_id) AS who, campaign_id AS campaign_id, name AS name,
    kind AS kind, day AS day
  FROM messages
  WHERE kind IN ('opened', 'clicked', 'unsubscribed', 'complained', 'bounced')
    AND day >= $first_day AND day < $end_day
    AND NOT (COALESCE(machine, FALSE) AND kind IN ('opened', 'clicked'))
),
matched AS (
  SELECT a.who AS who, a.kind AS kind, a.day AS day, MAX(m.mail) AS mail
  FROM answers AS a
  JOIN mails AS m ON m.who = a.who AND m.day <= a.day
  WHERE CASE
    WHEN NOT a.campaign_id IS NULL AND NOT m.campaign_id IS NULL THEN a.campaign_id = m.campaign_id
    WHEN NOT a.name IS NULL AND NOT m.name IS NULL THEN a.name = m.name
    ELSE TRUE
  END
  GROUP BY a.who, a.campaign_id, a.name, a.kind, a.day
),
answered AS (
  SELECT
    who AS who, mail AS mail,
    MIN(CASE WHEN kind = 'opened' THEN day END) AS opened_day,
    MIN(CASE WHEN kind = 'clicked' THEN day END) AS clicked_day,
    MIN(CASE WHEN kind = 'unsubscribed' THEN day END) AS unsubscribed_day,
    MIN(CASE WHEN kind = 'complained' THEN day END) AS complained_day,
    MIN(CASE WHEN kind = 'bounced' THEN day END) AS bounced_day
  FROM matched
  GROUP BY who, mail
)
SELECT
  m.who AS who, m.account_id AS account_id, m.campaign_id AS campaign_id, m.type AS type,
  m.day AS day, a.opened_day AS opened_day, a.clicked_day AS clicked_day,
  a.unsubscribed_day AS unsubscribed_day, a.complained_day AS complained_day,
  a.bounced_day AS bounced_day
FROM mails AS m
LEFT JOIN answered AS a ON a.who = m.who AND a.mail = m.mail
