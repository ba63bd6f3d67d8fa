-- Revenue of the months compared, each currency as it is; held is what is paid or paused.
SELECT m.account_id AS account_id, m.currency AS currency, m.month_n AS month_n, m.minor AS minor,
    m.held AS held
FROM revenue_mrr AS m
