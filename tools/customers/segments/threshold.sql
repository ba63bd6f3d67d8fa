-- The smallest value that at least the share $quantile of the accounts does not exceed.
WITH ranked AS (
    SELECT
        CAST($feature AS DOUBLE) AS value,
        ROW_NUMBER() OVER (ORDER BY $feature, account_id) AS place,
        COUNT(*) OVER () AS accounts
    FROM features
    WHERE $among AND $feature IS NOT NULL
)
SELECT MIN(value) AS value
FROM ranked
WHERE place >= $quantile * accounts
