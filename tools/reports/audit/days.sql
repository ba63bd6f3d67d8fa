-- Rows per table, source and day.
SELECT tbl AS tbl, source AS source, day AS day, CAST(n AS BIGINT) AS n
FROM (
  SELECT 'contacts' AS tbl, source AS source, day AS day, COUNT(*) AS n
  FROM fact_contacts
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY source, day
  UNION ALL
  SELECT 'accounts' AS tbl, source AS source, day AS day, COUNT(*) AS n
  FROM fact_accounts
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY source, day
  UNION ALL
  SELECT 'deals' AS tbl, source AS source, day AS day, COUNT(*) AS n
  FROM fact_deals
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY source, day
  UNION ALL
  SELECT 'events' AS tbl, source AS source, day AS day, COUNT(*) AS n
  FROM fact_events
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY source, day
  UNION ALL
  SELECT 'messages' AS tbl, source AS source, day AS day, COUNT(*) AS n
  FROM fact_messages
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY source, day
  UNION ALL
  SELECT 'tickets' AS tbl, source AS source, day AS day, COUNT(*) AS n
  FROM fact_tickets
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY source, day
  UNION ALL
  SELECT 'subscriptions' AS tbl, source AS source, day AS day, COUNT(*) AS n
  FROM fact_subscriptions
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY source, day
  UNION ALL
  SELECT 'invoices' AS tbl, source AS source, day AS day, COUNT(*) AS n
  FROM fact_invoices
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY source, day
  UNION ALL
  SELECT 'campaigns' AS tbl, source AS source, day AS day, COUNT(*) AS n
  FROM fact_campaigns
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY source, day
) AS counted
