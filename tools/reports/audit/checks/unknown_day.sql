-- Rows without a day (day 0 says that it is unknown).
SELECT 'contacts' AS subject, contact_ref AS example, 1 AS n FROM fact_contacts
WHERE known_day <= $as_of AND day <= 0
UNION ALL
SELECT 'accounts' AS subject, account_ref AS example, 1 AS n FROM fact_accounts
WHERE known_day <= $as_of AND day <= 0
UNION ALL
SELECT 'deals' AS subject, deal_ref AS example, 1 AS n FROM fact_deals
WHERE known_day <= $as_of AND day <= 0
UNION ALL
SELECT 'events' AS subject, event_key AS example, 1 AS n FROM fact_events
WHERE known_day <= $as_of AND day <= 0
UNION ALL
SELECT 'messages' AS subject, message_key AS example, 1 AS n FROM fact_messages
WHERE known_day <= $as_of AND day <= 0
UNION ALL
SELECT 'tickets' AS subject, ticket_ref AS example, 1 AS n FROM fact_tickets
WHERE known_day <= $as_of AND day <= 0
UNION ALL
SELECT 'subscriptions' AS subject, subscription_ref AS example, 1 AS n FROM fact_subscriptions
WHERE known_day <= $as_of AND day <= 0
UNION ALL
SELECT 'invoices' AS subject, invoice_ref AS example, 1 AS n FROM fact_invoices
WHERE known_day <= $as_of AND day <= 0
UNION ALL
SELECT 'campaigns' AS subject, campaign_ref AS example, 1 AS n FROM fact_campaigns
WHERE known_day <= $as_of AND day <= 0
