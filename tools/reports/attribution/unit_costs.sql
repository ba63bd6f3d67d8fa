-- What the campaigns begun from $since to before $until cost, by the source they brought accounts
-- of: the one called like the campaign, else like its channel; '' when there is none of these.
WITH sources AS (
    SELECT DISTINCT COALESCE(LOWER(TRIM(a.acquisition)), '') AS source FROM accounts AS a
),
spent AS (
    SELECT
        COALESCE(n.source, c.source, '') AS source,
        CAST(CAST(k.cost_minor AS DECIMAL(19, 0)) * r.rate AS DECIMAL(28, 9)) AS exact
    FROM campaigns AS k
    LEFT JOIN paid_rates AS r ON r.currency = COALESCE(k.currency, $currency)
    LEFT JOIN sources AS n ON n.source = LOWER(TRIM(k.name)) AND n.source <> ''
    LEFT JOIN sources AS c ON c.source = LOWER(TRIM(k.channel)) AND c.source <> ''
    WHERE k.cost_minor > 0 AND k.started_day >= $since AND k.started_day < $until
),
summed AS (
    SELECT
        source AS source, COUNT(*) AS campaigns,
        SUM(CASE WHEN exact IS NULL THEN 1 ELSE 0 END) AS unknown,
        CAST(COALESCE(SUM(exact), 0) AS DECIMAL(38, 9)) AS exact
    FROM spent
    GROUP BY source
)
SELECT source AS source, CAST(campaigns AS BIGINT) AS campaigns, CAST(unknown AS BIGINT) AS unknown,
    CAST($cents AS BIGINT) AS minor
FROM summed
ORDER BY source
