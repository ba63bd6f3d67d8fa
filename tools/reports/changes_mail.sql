-- Mails of each type by week of sending, and how many of them were answered in some way before
-- that week was over: so the newest week has had as much time as any other. A mail is one person,
-- type and day. An answer that does not say to which mail it belongs is taken for the latest one.
WITH mails AS (
    SELECT DISTINCT
        COALESCE(m.contact_id, m.account_id) AS who, COALESCE(m.name, m.channel, 'mail') AS name,
        m.day AS day, (m.day + 3) // 7 AS week_n
    FROM messages AS m
    WHERE m.kind = 'sent' AND m.day >= $first_day AND m.day < $end_day
        AND COALESCE(m.contact_id, m.account_id) IS NOT NULL
),
answers AS (
    SELECT DISTINCT
        COALESCE(m.contact_id, m.account_id) AS who, m.name AS name, m.kind AS kind,
        m.day AS day, (m.day + 3) // 7 AS week_n
    FROM messages AS m
    WHERE m.kind IN ('opened', 'clicked', 'unsubscribed', 'complained', 'bounced')
        AND m.day >= $first_day AND m.day < $end_day
),
matched AS (
    SELECT
        a.kind AS kind, m.who AS who, m.name AS name, m.day AS day, m.week_n AS week_n,
        ROW_NUMBER() OVER (
            PARTITION BY a.who, a.kind, a.day, a.name ORDER BY m.day DESC, m.name
        ) AS turn
    FROM answers AS a
    JOIN mails AS m
        ON m.who = a.who AND m.week_n = a.week_n AND m.day <= a.day
        AND (a.name IS NULL OR a.name = m.name)
),
answered AS (
    SELECT name AS name, kind AS kind, week_n AS week_n, COUNT(*) AS n
    FROM (
        SELECT DISTINCT who AS who, name AS name, day AS day, kind AS kind, week_n AS week_n
        FROM matched
        WHERE turn = 1
    ) AS once
    GROUP BY name, kind, week_n
)
SELECT name AS name, 'sent' AS kind, week_n AS week_n, COUNT(*) AS n
FROM mails
GROUP BY name, week_n
UNION ALL
SELECT name AS name, kind AS kind, week_n AS week_n, n AS n
FROM answered
ORDER BY name, kind, week_n
