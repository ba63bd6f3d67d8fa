-- People in an account of whom something is known that is not true of the others there.
SELECT DISTINCT c.contact_id AS contact_id, c.account_id AS owner
FROM stage_steps AS s
INNER JOIN contacts AS c ON c.contact_id = s.contact_id
WHERE c.account_id IS NOT NULL
