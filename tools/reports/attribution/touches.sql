-- What reached an account that converted: messages of a campaign that were sent or clicked, once
-- a day for a campaign, and our own actions that were carried out.
WITH entities AS (
    SELECT DISTINCT c.entity_id AS account_id FROM conversions AS c
)
SELECT DISTINCT m.account_id AS entity_id, CAST(m.day AS BIGINT) AS at,
    'campaign ' || COALESCE(k.name, m.campaign_id) AS channel
FROM messages AS m
JOIN entities AS e ON e.account_id = m.account_id
LEFT JOIN campaigns AS k ON k.campaign_id = m.campaign_id
WHERE m.kind IN ('sent', 'clicked') AND NOT m.campaign_id IS NULL
    AND NOT (m.kind = 'clicked' AND COALESCE(m.machine, FALSE))
    AND m.day >= $since AND m.day < $as_of
UNION ALL
SELECT DISTINCT a.account_id AS entity_id, CAST(a.status_day AS BIGINT) AS at,
    'play ' || a.play AS channel
FROM work_actions AS a
JOIN entities AS e ON e.account_id = a.account_id
WHERE a.status = 'sent' AND a.gone AND a.status_day >= $since AND a.status_day < $as_of
