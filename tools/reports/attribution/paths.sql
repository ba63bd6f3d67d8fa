-- What each rule gives a channel, grouped by how many touches a conversion had: with that number
-- the linear share (one part in `touches`) can be added up exactly. Channel NULL: no touch within
-- $window before the conversion. Of touches at one instant the first by name counts.
WITH numbered AS (
    SELECT
        c.entity_id AS entity_id, c.at AS at, c.minor AS minor, c.currency AS currency,
        ROW_NUMBER() OVER (
            PARTITION BY c.entity_id ORDER BY c.at, c.currency, c.minor
        ) AS number
    FROM conversions AS c
    WHERE NOT c.entity_id IS NULL
),
tied AS (
    SELECT
        n.entity_id AS entity_id, n.number AS number, n.minor AS minor, n.currency AS currency,
        t.at AS at, t.channel AS channel
    FROM numbered AS n
    LEFT JOIN touches AS t
        ON t.entity_id = n.entity_id AND t.at <= n.at AND t.at >= n.at - $window
        AND NOT t.channel IS NULL
),
placed AS (
    SELECT
        t.channel AS channel, COALESCE(t.currency, '') AS currency,
        COALESCE(t.minor, 0) AS minor,
        COUNT(t.channel) OVER (PARTITION BY t.entity_id, t.number) AS touches,
        ROW_NUMBER() OVER (
            PARTITION BY t.entity_id, t.number ORDER BY t.at, t.channel
        ) AS from_first,
        ROW_NUMBER() OVER (
            PARTITION BY t.entity_id, t.number ORDER BY t.at DESC, t.channel
        ) AS from_last
    FROM tied AS t
)
SELECT
    channel AS channel, currency AS currency, CAST(touches AS BIGINT) AS touches,
    CAST(COUNT(*) AS BIGINT) AS every,
    CAST(SUM(CASE WHEN from_first = 1 THEN 1 ELSE 0 END) AS BIGINT) AS first,
    CAST(SUM(CASE WHEN from_last = 1 THEN 1 ELSE 0 END) AS BIGINT) AS last,
    CAST(SUM(minor) AS BIGINT) AS every_minor,
    CAST(SUM(CASE WHEN from_first = 1 THEN minor ELSE 0 END) AS BIGINT) AS first_minor,
    CAST(SUM(CASE WHEN from_last = 1 THEN minor ELSE 0 END) AS BIGINT) AS last_minor
FROM placed
GROUP BY channel, currency, touches
ORDER BY channel, currency, touches
