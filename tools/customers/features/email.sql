-- Email engagement per account over 90 days; a rate needs at least one mail sent, and counts each
-- mail once however often it was opened.
WITH mailed AS (
  SELECT
    account_id AS account_id, COUNT(*) AS sent,
    SUM(CASE WHEN opened_day IS NULL THEN 0 ELSE 1 END) AS opened,
    SUM(CASE WHEN clicked_day IS NULL THEN 0 ELSE 1 END) AS clicked
  FROM mails
  WHERE NOT account_id IS NULL
  GROUP BY account_id
),
answered AS (
  SELECT
    account_id AS account_id,
    MAX(CASE WHEN kind = 'opened' AND NOT COALESCE(machine, FALSE) THEN day END) AS last_open,
    COUNT(DISTINCT CASE WHEN kind = 'unsubscribed' THEN COALESCE(contact_id, account_id) END)
      AS unsubscribed
  FROM messages
  WHERE day >= $as_of - 90 AND NOT account_id IS NULL AND kind IN ('opened', 'unsubscribed')
  GROUP BY account_id
)
SELECT
  COALESCE(m.account_id, a.account_id) AS account_id,
  CAST(COALESCE(m.sent, 0) AS BIGINT) AS emails_sent_90,
  CAST(m.opened AS DOUBLE) / NULLIF(m.sent, 0) AS email_open_rate_90,
  CAST(m.clicked AS DOUBLE) / NULLIF(m.sent, 0) AS email_click_rate_90,
  CAST($as_of - a.last_open AS BIGINT) AS days_since_open,
  CAST(COALESCE(a.unsubscribed, 0) AS BIGINT) AS unsubscribed_90
FROM mailed AS m
FULL OUTER JOIN answered AS a ON a.account_id = m.account_id
