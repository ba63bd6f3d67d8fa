-- Mails of each type by week of sending, and how many of them were answered in some way before
-- that week was over: so the newest week has had as much time as any other.
WITH weekly AS (
    SELECT
        m.type AS name, (m.day + 3) // 7 AS week_n,
        (m.opened_day + 3) // 7 AS opened_n, (m.clicked_day + 3) // 7 AS clicked_n,
        (m.unsubscribed_day + 3) // 7 AS unsubscribed_n,
        (m.complained_day + 3) // 7 AS complained_n, (m.bounced_day + 3) // 7 AS bounced_n
    FROM mails AS m
),
counted AS (
    SELECT
        name AS name, week_n AS week_n, COUNT(*) AS sent,
        SUM(CASE WHEN opened_n = week_n THEN 1 ELSE 0 END) AS opened,
        SUM(CASE WHEN clicked_n = week_n THEN 1 ELSE 0 END) AS clicked,
        SUM(CASE WHEN unsubscribed_n = week_n THEN 1 ELSE 0 END) AS unsubscribed,
        SUM(CASE WHEN complained_n = week_n THEN 1 ELSE 0 END) AS complained,
        SUM(CASE WHEN bounced_n = week_n THEN 1 ELSE 0 END) AS bounced
    FROM weekly
    GROUP BY name, week_n
),
kinds AS (
    SELECT name AS name, 'sent' AS kind, week_n AS week_n, sent AS n FROM counted
    UNION ALL
    SELECT name AS name, 'opened' AS kind, week_n AS week_n, opened AS n FROM counted
    UNION ALL
    SELECT name AS name, 'clicked' AS kind, week_n AS week_n, clicked AS n FROM counted
    UNION ALL
    SELECT name AS name, 'unsubscribed' AS kind, week_n AS week_n, unsubscribed AS n FROM counted
    UNION ALL
    SELECT name AS name, 'complained' AS kind, week_n AS week_n, complained AS n FROM counted
    UNION ALL
    SELECT name AS name, 'bounced' AS kind, week_n AS week_n, bounced AS n FROM counted
)
SELECT name AS name, kind AS kind, week_n AS week_n, CAST(n AS BIGINT) AS n
FROM kinds
WHERE n > 0
ORDER BY name, kind, week_n
