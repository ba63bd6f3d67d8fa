-- What customers pay, from when to when: none of our own or test accounts. A month's part whatever
-- the interval of the bills; held is what would be paid if nothing were paused.
SELECT
    r.account_id AS account_id, r.currency AS currency, r.minor AS minor,
    r.minor + r.paused_minor AS held, r.from_day AS started_day, r.to_day AS ended_day
FROM recurring_revenue AS r
LEFT JOIN internal_accounts AS x ON x.account_id = r.account_id
WHERE x.account_id IS NULL
