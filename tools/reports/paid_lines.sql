-- What accounts pay in our currency, by the rates of the day; unknown 1: there is no rate.
WITH lines AS (
    SELECT
        l.account_id AS account_id, l.from_day AS from_day, l.to_day AS to_day,
        CAST(CAST(l.minor AS DECIMAL(19, 0)) * r.rate AS DECIMAL(28, 9)) AS exact
    FROM recurring_revenue AS l
    LEFT JOIN paid_rates AS r ON r.currency = COALESCE(NULLIF(l.currency, ''), $currency)
    WHERE l.minor > 0
)
SELECT account_id AS account_id, from_day AS from_day, to_day AS to_day,
    CASE WHEN exact IS NULL THEN 1 ELSE 0 END AS unknown, $cents AS minor
FROM lines
