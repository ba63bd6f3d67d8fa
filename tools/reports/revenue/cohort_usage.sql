-- Of the same accounts, how many used the product in each month since.
WITH months AS (
    SELECT DISTINCT u.account_id AS account_id, c.month_n AS month_n
    FROM usage AS u
    JOIN calendar AS c ON c.day = u.day - $shift
    WHERE u.account_id IS NOT NULL
)
SELECT f.currency AS currency, c.month_n AS cohort, m.month_n - c.month_n AS age,
    CAST(COUNT(*) AS BIGINT) AS users
FROM revenue_first AS f
JOIN calendar AS c ON c.day = f.day - $shift
JOIN months AS m ON m.account_id = f.account_id AND m.month_n >= c.month_n
WHERE f.day = f.any_day
GROUP BY f.currency, c.month_n, m.month_n - c.month_n
ORDER BY currency, cohort, age
