-- Email engagement per account over 90 days; a rate needs at least one mail sent.
WITH counted AS (
  SELECT
    account_id AS account_id,
    SUM(CASE WHEN kind = 'sent' THEN 1 ELSE 0 END) AS sent,
    SUM(CASE WHEN kind = 'opened' THEN 1 ELSE 0 END) AS opened,
    SUM(CASE WHEN kind = 'clicked' THEN 1 ELSE 0 END) AS clicked,
    SUM(CASE WHEN kind = 'unsubscribed' THEN 1 ELSE 0 END) AS unsubscribed,
    MAX(CASE WHEN kind = 'opened' THEN day END) AS last_open
  FROM messages
  WHERE day >= $as_of - 90 AND NOT account_id IS NULL
  GROUP BY account_id
)
SELECT
  account_id AS account_id,
  CAST(sent AS BIGINT) AS emails_sent_90,
  CAST(opened AS DOUBLE) / NULLIF(sent, 0) AS email_open_rate_90,
  CAST(clicked AS DOUBLE) / NULLIF(sent, 0) AS email_click_rate_90,
  CAST($as_of - last_open AS BIGINT) AS days_since_open,
  CAST(unsubscribed AS BIGINT) AS unsubscribed_90
FROM counted
