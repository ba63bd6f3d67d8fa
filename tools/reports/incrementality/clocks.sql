-- Each account of a play once, from the first approval that was not taken back: as the lot has it,
-- when its clock started, the first day after its window, and the morning its outcome is known.
-- `by_hand`: a person reached it on their own within the window or as long before it; who only did
-- what had been approved and handed out did not. It cannot be compared, whatever the lot said.
-- Whom the other lot drew to learn is compared with those it did not draw, not here.
WITH approved AS (
    SELECT
        a.play AS play, a.account_id AS account_id, a.proposal AS proposal,
        a.approved_day AS day,
        MAX(CASE WHEN a.status = 'sent' THEN 1 ELSE 0 END) OVER (
            PARTITION BY a.play, a.account_id
        ) AS sent,
        ROW_NUMBER() OVER (
            PARTITION BY a.play, a.account_id ORDER BY a.approved_day, a.proposal
        ) AS place
    FROM work_actions AS a
    WHERE a.status <> 'revoked'
),
touched AS (
    SELECT DISTINCT s.play AS play, s.account_id AS account_id
    FROM approved AS s
    JOIN work_draws AS d ON d.play = s.play AND d.account_id = s.account_id
    JOIN incrementality_plays AS t ON t.play = s.play
    JOIN work_contacts AS c ON c.account_id = s.account_id
        AND c.day >= s.day - t.window_days AND c.day < s.day + t.window_days
    WHERE s.place = 1 AND (d.held OR s.sent = 0 OR c.play <> s.play OR c.day < s.day)
)
SELECT
    d.play AS play, d.account_id AS account_id, d.stratum AS stratum, d.held AS held,
    t.rule AS rule, s.proposal AS proposal, s.day AS start_day, s.sent AS sent,
    s.day + t.window_days AS end_day, s.day + t.window_days + $grace AS known_day,
    CASE WHEN h.account_id IS NULL AND d.stratum <> $outside THEN 0 ELSE 1 END AS by_hand
FROM work_draws AS d
JOIN approved AS s ON s.play = d.play AND s.account_id = d.account_id AND s.place = 1
JOIN incrementality_plays AS t ON t.play = d.play
LEFT JOIN touched AS h ON h.play = d.play AND h.account_id = d.account_id
WHERE d.stratum <> $to_learn
