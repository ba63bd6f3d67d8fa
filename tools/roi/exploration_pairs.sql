-- The priced pairs that may be drawn: of a cell that may be learned about, of an account that is
-- free, and not held out of the play.
SELECT v.account_id AS account_id, v.play AS play
FROM roi_values AS v
JOIN exploration_cells AS c ON c.play = v.play AND c.segment = v.segment
LEFT JOIN exploration_busy AS b ON b.account_id = v.account_id
LEFT JOIN exploration_held AS h ON h.account_id = v.account_id AND h.play = v.play
WHERE v.missing IS NULL AND b.account_id IS NULL AND h.account_id IS NULL
