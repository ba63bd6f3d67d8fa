-- The best step for each account among those that may be taken, and how many may not. What may do
-- harm with a greater chance than the limits allow is no step. What was drawn to learn from and waits
-- for a decision is the account's step, whatever it is worth.
WITH open_steps AS (
  SELECT
    c.account_id AS account_id, c.play AS play, c.goal AS goal, c.nv_minor AS nv_minor,
    c.q10_minor AS q10_minor, c.q90_minor AS q90_minor, c.cost_minor AS cost_minor,
    c.hours AS hours, c.headroom_minor AS headroom_minor,
    CASE WHEN h.play IS NULL THEN 0 ELSE 1 END AS held, 0 AS drawn
  FROM candidates AS c
  LEFT JOIN account_held_back AS h ON h.account_id = c.account_id AND h.play = c.play
  WHERE c.play <> 'do_nothing' AND c.nv_minor > 0 AND COALESCE(c.safe_minor, 0) >= 0
  UNION ALL
  SELECT
    c.account_id AS account_id, c.play AS play, c.goal AS goal, c.nv_minor AS nv_minor,
    c.q10_minor AS q10_minor, c.q90_minor AS q90_minor, c.cost_minor AS cost_minor,
    c.hours AS hours, c.headroom_minor AS headroom_minor,
    CASE WHEN h.play IS NULL THEN 0 ELSE 1 END AS held, 1 AS drawn
  FROM candidates AS c
  INNER JOIN account_drawn AS d ON d.account_id = c.account_id AND d.play = c.play
  LEFT JOIN account_held_back AS h ON h.account_id = c.account_id AND h.play = c.play
),
ranked AS (
  SELECT
    o.*, ROW_NUMBER() OVER (
      PARTITION BY o.account_id ORDER BY o.held, o.drawn DESC, o.nv_minor DESC, o.play
    ) AS place
  FROM open_steps AS o
)
SELECT
  account_id AS account_id, play AS play, goal AS goal, nv_minor AS nv_minor,
  q10_minor AS q10_minor, q90_minor AS q90_minor, cost_minor AS cost_minor, hours AS hours,
  headroom_minor AS headroom_minor, held AS held, drawn AS drawn
FROM ranked
WHERE place = 1
