-- The paid lines of customers: no trial, nothing free, none of our own or test accounts, and none
-- that ended on the day it began. mrr_minor is a month's part whatever the interval of the bills.
SELECT
    s.account_id AS account_id, COALESCE(s.currency, '') AS currency, s.mrr_minor AS minor,
    s.started_day AS started_day, s.ended_day AS ended_day
FROM subscriptions AS s
LEFT JOIN internal_accounts AS x ON x.account_id = s.account_id
WHERE s.account_id IS NOT NULL AND x.account_id IS NULL
    AND NOT COALESCE(s.trial, FALSE) AND s.mrr_minor > 0
    AND (s.ended_day IS NULL OR s.ended_day > s.started_day)
