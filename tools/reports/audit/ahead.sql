-- Rows that are dated on the day of the run or later and say that they were known by then.
SELECT 'contacts' AS subject, contact_ref AS example FROM fact_contacts
WHERE known_day <= $as_of AND day >= $as_of
UNION ALL
SELECT 'accounts' AS subject, account_ref AS example FROM fact_accounts
WHERE known_day <= $as_of AND day >= $as_of
UNION ALL
SELECT 'deals' AS subject, deal_ref AS example FROM fact_deals
WHERE known_day <= $as_of AND day >= $as_of
UNION ALL
SELECT 'events' AS subject, event_key AS example FROM fact_events
WHERE known_day <= $as_of AND day >= $as_of
UNION ALL
SELECT 'messages' AS subject, message_key AS example FROM fact_messages
WHERE known_day <= $as_of AND day >= $as_of
UNION ALL
SELECT 'tickets' AS subject, ticket_ref AS example FROM fact_tickets
WHERE known_day <= $as_of AND day >= $as_of
UNION ALL
SELECT 'subscriptions' AS subject, subscription_ref AS example FROM fact_subscriptions
WHERE known_day <= $as_of AND day >= $as_of
UNION ALL
SELECT 'invoices' AS subject, invoice_ref AS example FROM fact_invoices
WHERE known_day <= $as_of AND day >= $as_of
UNION ALL
SELECT 'campaigns' AS subject, campaign_ref AS example FROM fact_campaigns
WHERE known_day <= $as_of AND day >= $as_of
