-- Everything priced for the accounts asked for, and why what may not be done may not.
WITH barred AS (
  SELECT account_id AS account_id, play AS play, MIN(why) AS why
  FROM account_held_back
  GROUP BY account_id, play
)
SELECT
  c.account_id AS account_id, c.play AS play, c.nv_minor AS nv_minor, c.q10_minor AS q10_minor,
  c.q90_minor AS q90_minor, COALESCE(b.why, '') AS why
FROM candidates AS c
INNER JOIN account_asked AS q ON q.account_id = c.account_id
LEFT JOIN barred AS b ON b.account_id = c.account_id AND b.play = c.play
ORDER BY c.account_id, c.nv_minor DESC, c.play
