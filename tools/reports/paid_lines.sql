-- Paid subscription lines in our currency, by the rates of the day; unknown 1: there is no rate.
WITH lines AS (
    SELECT
        l.account_id AS account_id, l.started_day AS from_day,
        COALESCE(l.ended_day, 1000000) AS to_day,
        CAST(CAST(l.mrr_minor AS DECIMAL(19, 0)) * r.rate AS DECIMAL(28, 9)) AS exact
    FROM subscriptions AS l
    LEFT JOIN paid_rates AS r ON r.currency = COALESCE(l.currency, $currency)
    WHERE NOT l.account_id IS NULL AND NOT COALESCE(l.trial, FALSE) AND l.mrr_minor > 0
)
SELECT account_id AS account_id, from_day AS from_day, to_day AS to_day,
    CASE WHEN exact IS NULL THEN 1 ELSE 0 END AS unknown, $cents AS minor
FROM lines
