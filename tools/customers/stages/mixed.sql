-- Accounts whose people do not all share everything that is known of the account.
SELECT p.owner AS owner
FROM stage_personal AS p
INNER JOIN stage_stays AS c ON c.account_id = p.owner
UNION
SELECT owner AS owner FROM stage_own
