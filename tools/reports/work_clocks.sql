-- Each account of a play once, from the first approval that was not taken back: as the lot has it,
-- when its clock started, the first day after its window, and the morning its outcome is known.
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
)
SELECT
    d.play AS play, d.account_id AS account_id, d.stratum AS stratum, d.held AS held,
    t.rule AS rule, s.proposal AS proposal, s.day AS start_day, s.sent AS sent,
    s.day + t.window_days AS end_day, s.day + t.window_days + $grace AS known_day
FROM work_draws AS d
JOIN approved AS s ON s.play = d.play AND s.account_id = d.account_id AND s.place = 1
JOIN incrementality_plays AS t ON t.play = d.play
