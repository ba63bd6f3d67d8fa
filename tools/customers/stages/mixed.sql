-- Accounts whose people do not all share everything that is known of the account.
SELECT DISTINCT s.owner AS owner
FROM stage_steps AS s
INNER JOIN (SELECT DISTINCT account_id AS account_id FROM contacts) AS c ON c.account_id = s.owner
WHERE s.contact_id IS NOT NULL
