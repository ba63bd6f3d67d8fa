-- Which accounts have what: contacts, billing, use; a contact's facts count for its account.
WITH named AS (
  SELECT
    t.tbl AS tbl,
    CASE
      WHEN t.kind = 'account' THEN COALESCE(a.account_id, t.ref)
      ELSE o.account_id
    END AS account_id
  FROM audit_touch AS t
  LEFT JOIN account_alias AS a ON a.ref = t.ref
  LEFT JOIN contact_alias AS p ON p.ref = t.ref
  LEFT JOIN contact_account AS o ON o.contact_id = COALESCE(p.contact_id, t.ref)
  WHERE t.kind IN ('account', 'contact') AND t.tbl IN ('subscriptions', 'invoices', 'events')
)
SELECT 'billing' AS served, account_id AS account_id
FROM named
WHERE tbl IN ('subscriptions', 'invoices')
UNION
SELECT 'usage' AS served, account_id AS account_id FROM named WHERE tbl = 'events'
UNION
SELECT 'contacts' AS served, account_id AS account_id FROM contact_account
