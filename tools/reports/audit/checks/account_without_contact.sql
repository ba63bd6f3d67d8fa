-- Accounts that have nobody to write to, by what stood in the way of their domain.
WITH lonely AS (
  SELECT a.account_id AS account_id
  FROM audit_account AS a
  LEFT JOIN audit_served AS s ON s.account_id = a.account_id AND s.served = 'contacts'
  WHERE s.account_id IS NULL
),
hosts AS (
  SELECT
    l.account_id AS account_id, MAX(s.domain) AS domain,
    MAX(CASE WHEN w.word IS NULL THEN 0 ELSE 1 END) AS free,
    MAX(CASE WHEN r.key_text IS NULL THEN 0 ELSE 1 END) AS shared
  FROM lonely AS l
  LEFT JOIN audit_account_state AS s ON s.account_id = l.account_id
  LEFT JOIN (
    SELECT DISTINCT word AS word FROM identity_word WHERE list = 'free_mail'
  ) AS w ON w.word = s.domain
  LEFT JOIN (
    SELECT DISTINCT key_text AS key_text FROM refusals WHERE reason = 'several_accounts'
  ) AS r ON r.key_text = s.domain
  GROUP BY l.account_id
)
SELECT
  CASE
    WHEN domain IS NULL THEN 'accounts: no contact names them, and they have no domain'
    WHEN free = 1 THEN 'accounts: no contact names them, and their domain is free mail'
    WHEN shared = 1 THEN 'accounts: no contact names them, and others have the same domain'
    ELSE 'accounts: no contact names them, and no address is at their domain'
  END AS subject,
  account_id AS example, 1 AS n
FROM hosts
