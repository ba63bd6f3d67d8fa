-- Things that end before they begin, in their newest state.
SELECT 'subscriptions.term_end_day' AS subject, subscription_ref AS example, 1 AS n
FROM (
  SELECT
    subscription_ref AS subscription_ref, started_day AS begins, term_end_day AS ends,
    ROW_NUMBER() OVER (
      PARTITION BY subscription_ref
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_subscriptions
  WHERE known_day <= $as_of AND day < $as_of
) AS s
WHERE s.age = 1 AND s.ends < s.begins
UNION ALL
SELECT 'subscriptions.cancelled_day' AS subject, subscription_ref AS example, 1 AS n
FROM (
  SELECT
    subscription_ref AS subscription_ref, started_day AS begins, cancelled_day AS ends,
    ROW_NUMBER() OVER (
      PARTITION BY subscription_ref
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_subscriptions
  WHERE known_day <= $as_of AND day < $as_of
) AS s
WHERE s.age = 1 AND s.ends < s.begins
UNION ALL
SELECT 'subscriptions.ended_day' AS subject, subscription_ref AS example, 1 AS n
FROM (
  SELECT
    subscription_ref AS subscription_ref, started_day AS begins, ended_day AS ends,
    ROW_NUMBER() OVER (
      PARTITION BY subscription_ref
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_subscriptions
  WHERE known_day <= $as_of AND day < $as_of
) AS s
WHERE s.age = 1 AND s.ends < s.begins
UNION ALL
SELECT 'deals.closed_day' AS subject, deal_ref AS example, 1 AS n
FROM (
  SELECT
    deal_ref AS deal_ref, opened_day AS begins, closed_day AS ends,
    ROW_NUMBER() OVER (
      PARTITION BY deal_ref
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_deals
  WHERE known_day <= $as_of AND day < $as_of
) AS s
WHERE s.age = 1 AND s.ends < s.begins
UNION ALL
SELECT 'tickets.closed_day' AS subject, ticket_ref AS example, 1 AS n
FROM (
  SELECT
    ticket_ref AS ticket_ref, opened_day AS begins, closed_day AS ends,
    ROW_NUMBER() OVER (
      PARTITION BY ticket_ref
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_tickets
  WHERE known_day <= $as_of AND day < $as_of
) AS s
WHERE s.age = 1 AND s.ends < s.begins
UNION ALL
SELECT 'invoices.due_day' AS subject, invoice_ref AS example, 1 AS n
FROM (
  SELECT
    invoice_ref AS invoice_ref, issued_day AS begins, due_day AS ends,
    ROW_NUMBER() OVER (
      PARTITION BY invoice_ref, line
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_invoices
  WHERE known_day <= $as_of AND day < $as_of
) AS s
WHERE s.age = 1 AND s.ends < s.begins
UNION ALL
SELECT 'invoices.paid_day' AS subject, invoice_ref AS example, 1 AS n
FROM (
  SELECT
    invoice_ref AS invoice_ref, issued_day AS begins, paid_day AS ends,
    ROW_NUMBER() OVER (
      PARTITION BY invoice_ref, line
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_invoices
  WHERE known_day <= $as_of AND day < $as_of
) AS s
WHERE s.age = 1 AND s.ends < s.begins
UNION ALL
SELECT 'campaigns.ended_day' AS subject, campaign_ref AS example, 1 AS n
FROM (
  SELECT
    campaign_ref AS campaign_ref, started_day AS begins, ended_day AS ends,
    ROW_NUMBER() OVER (
      PARTITION BY campaign_ref
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_campaigns
  WHERE known_day <= $as_of AND day < $as_of
) AS s
WHERE s.age = 1 AND s.ends < s.begins
