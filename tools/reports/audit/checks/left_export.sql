-- Records that were in an export declared the whole truth, and left it.
SELECT DISTINCT 'contacts' AS subject, contact_ref AS example, 1 AS n
FROM fact_contacts
WHERE known_day <= $as_of AND day < $as_of AND part LIKE 'gone %'
UNION ALL
SELECT DISTINCT 'accounts' AS subject, account_ref AS example, 1 AS n
FROM fact_accounts
WHERE known_day <= $as_of AND day < $as_of AND part LIKE 'gone %'
UNION ALL
SELECT DISTINCT 'subscriptions' AS subject, subscription_ref AS example, 1 AS n
FROM fact_subscriptions
WHERE known_day <= $as_of AND day < $as_of AND part LIKE 'gone %'
UNION ALL
SELECT DISTINCT 'deals' AS subject, deal_ref AS example, 1 AS n
FROM fact_deals
WHERE known_day <= $as_of AND day < $as_of AND part LIKE 'gone %'
UNION ALL
SELECT DISTINCT 'tickets' AS subject, ticket_ref AS example, 1 AS n
FROM fact_tickets
WHERE known_day <= $as_of AND day < $as_of AND part LIKE 'gone %'
UNION ALL
SELECT DISTINCT 'invoices' AS subject, invoice_ref AS example, 1 AS n
FROM fact_invoices
WHERE known_day <= $as_of AND day < $as_of AND part LIKE 'gone %'
UNION ALL
SELECT DISTINCT 'campaigns' AS subject, campaign_ref AS example, 1 AS n
FROM fact_campaigns
WHERE known_day <= $as_of AND day < $as_of AND part LIKE 'gone %'
