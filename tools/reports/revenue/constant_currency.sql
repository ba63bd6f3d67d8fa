-- Revenue of the months compared in one currency, all of it at the rates of the first of them, in
-- parts of a minor unit: whole numbers add up alike in every order.
SELECT m.account_id AS account_id, $currency AS currency, m.month_n AS month_n,
    CAST(SUM(m.minor * r.rate) AS BIGINT) AS minor,
    CAST(SUM(m.held * r.rate) AS BIGINT) AS held
FROM revenue_mrr AS m
JOIN revenue_rates AS r ON r.currency = m.currency
GROUP BY m.account_id, m.month_n
