-- Monthly recurring revenue of each customer at each point, in each currency; a customer whose bill
-- is paused pays 0 of what is held.
SELECT
    l.account_id AS account_id, l.currency AS currency, p.month_n AS month_n,
    l.minor AS minor, l.held AS held
FROM revenue_lines AS l
JOIN revenue_points AS p ON l.started_day <= p.day AND l.ended_day > p.day
