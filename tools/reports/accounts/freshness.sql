-- The newest fact of each source and table as known on the morning of $as_of.
SELECT tbl AS tbl, source AS source, CAST(MAX(day) AS INT) AS latest_day
FROM (
  SELECT 'accounts' AS tbl, source AS source, day AS day, known_day AS known_day FROM fact_accounts
  UNION ALL
  SELECT 'contacts' AS tbl, source AS source, day AS day, known_day AS known_day FROM fact_contacts
  UNION ALL
  SELECT 'deals' AS tbl, source AS source, day AS day, known_day AS known_day FROM fact_deals
  UNION ALL
  SELECT 'messages' AS tbl, source AS source, day AS day, known_day AS known_day FROM fact_messages
  UNION ALL
  SELECT 'tickets' AS tbl, source AS source, day AS day, known_day AS known_day FROM fact_tickets
  UNION ALL
  SELECT 'subscriptions' AS tbl, source AS source, day AS day, known_day AS known_day
  FROM fact_subscriptions
  UNION ALL
  SELECT 'invoices' AS tbl, source AS source, day AS day, known_day AS known_day FROM fact_invoices
  UNION ALL
  SELECT 'events' AS tbl, 'use of the product' AS source, day AS day, known_day AS known_day
  FROM fact_usage
) AS facts
WHERE day < $as_of AND known_day <= $as_of
GROUP BY tbl, source
ORDER BY latest_day DESC, tbl, source
