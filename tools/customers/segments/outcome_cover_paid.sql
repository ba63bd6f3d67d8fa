-- From when to when an account was a customer, pauses included; NULL while it is.
SELECT DISTINCT r.account_id AS account_id, r.from_day AS from_day,
    CASE WHEN r.to_day < 1000000 THEN r.to_day END AS to_day
FROM recurring_revenue AS r
