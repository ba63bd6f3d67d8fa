-- How many rows of each table name each reference, and whether we know it (NULL: no reference).
WITH touches AS (
  SELECT 'contacts' AS tbl, 'account_ref' AS col, 'account' AS kind, account_ref AS ref, COUNT(*) AS n
  FROM fact_contacts
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY account_ref
  UNION ALL
  SELECT 'deals' AS tbl, 'account_ref' AS col, 'account' AS kind, account_ref AS ref, COUNT(*) AS n
  FROM fact_deals
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY account_ref
  UNION ALL
  SELECT 'deals' AS tbl, 'contact_ref' AS col, 'contact' AS kind, contact_ref AS ref, COUNT(*) AS n
  FROM fact_deals
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY contact_ref
  UNION ALL
  SELECT 'messages' AS tbl, 'contact_ref' AS col, 'contact' AS kind, contact_ref AS ref, COUNT(*) AS n
  FROM fact_messages
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY contact_ref
  UNION ALL
  SELECT 'messages' AS tbl, 'account_ref' AS col, 'account' AS kind, account_ref AS ref, COUNT(*) AS n
  FROM fact_messages
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY account_ref
  UNION ALL
  SELECT 'messages' AS tbl, 'campaign_ref' AS col, 'campaign' AS kind, campaign_ref AS ref, COUNT(*) AS n
  FROM fact_messages
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY campaign_ref
  UNION ALL
  SELECT 'tickets' AS tbl, 'account_ref' AS col, 'account' AS kind, account_ref AS ref, COUNT(*) AS n
  FROM fact_tickets
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY account_ref
  UNION ALL
  SELECT 'tickets' AS tbl, 'contact_ref' AS col, 'contact' AS kind, contact_ref AS ref, COUNT(*) AS n
  FROM fact_tickets
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY contact_ref
  UNION ALL
  SELECT 'subscriptions' AS tbl, 'account_ref' AS col, 'account' AS kind, account_ref AS ref, COUNT(*) AS n
  FROM fact_subscriptions
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY account_ref
  UNION ALL
  SELECT 'invoices' AS tbl, 'account_ref' AS col, 'account' AS kind, account_ref AS ref, COUNT(*) AS n
  FROM fact_invoices
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY account_ref
  UNION ALL
  SELECT 'invoices' AS tbl, 'contact_ref' AS col, 'contact' AS kind, contact_ref AS ref, COUNT(*) AS n
  FROM fact_invoices
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY contact_ref
  UNION ALL
  SELECT 'events' AS tbl, 'account_ref' AS col, 'account' AS kind, account_ref AS ref, SUM(events) AS n
  FROM fact_usage
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY account_ref
  UNION ALL
  SELECT 'events' AS tbl, 'contact_ref' AS col, 'contact' AS kind, contact_ref AS ref, SUM(events) AS n
  FROM fact_usage
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY contact_ref
)
SELECT
  t.tbl AS tbl, t.col AS col, CONCAT(t.tbl, '.', t.col) AS subject, t.kind AS kind, t.ref AS ref,
  CAST(t.n AS BIGINT) AS n, CASE WHEN k.ref IS NULL THEN 0 ELSE 1 END AS known
FROM touches AS t
LEFT JOIN audit_known AS k ON k.kind = t.kind AND k.ref = t.ref
