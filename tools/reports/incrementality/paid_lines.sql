-- What accounts pay in our currency, by the rates of the day, in exact minor units: rounded once, by
-- who has added the currencies up. held is what they would pay if nothing were paused; paying 0: all
-- of it is paused. unknown 1: there is no rate.
WITH lines AS (
    SELECT
        l.account_id AS account_id, l.from_day AS from_day, l.to_day AS to_day,
        CASE WHEN l.minor > 0 THEN 1 ELSE 0 END AS paying,
        CAST(CAST(l.minor AS DECIMAL(19, 0)) * r.rate AS DECIMAL(28, 9)) AS exact,
        CAST(CAST(l.minor + l.paused_minor AS DECIMAL(19, 0)) * r.rate AS DECIMAL(28, 9)) AS held
    FROM recurring_revenue AS l
    LEFT JOIN paid_rates AS r ON r.currency = COALESCE(NULLIF(l.currency, ''), $currency)
)
SELECT account_id AS account_id, from_day AS from_day, to_day AS to_day, paying AS paying,
    CASE WHEN exact IS NULL THEN 1 ELSE 0 END AS unknown, exact AS exact, held AS held
FROM lines
