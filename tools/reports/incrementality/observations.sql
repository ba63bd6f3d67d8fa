-- Every account that was in a comparison with a known chance, with what became of it by the end of
-- its window. Of a window that is not over but has lasted $least days, what became of it so far, with
-- the chance that it does so by then: who is away for half of a window says half as much, months
-- before it closes. What counts as activity has a window of its own, and so waits. Approved ones and those the holdout left out begin at the approval, those of the lot
-- on the morning it was drawn; both arms alike, whoever was reached. The chance without us and the
-- segment are those of that morning. Whom a person reached by hand is left out of the holdout's
-- comparison, as everywhere; to the lot it happens in both arms.
WITH held AS (
  SELECT
    'holdout' AS source, c.play AS play, c.account_id AS account_id, NOT c.held AS treated,
    c.start_day AS start_day, c.end_day AS end_day, c.known_day AS known_day, c.rule AS rule,
    CAST(ROUND(1000000 * (1 - CAST(d.share AS DOUBLE))) AS BIGINT) AS propensity,
    p.segment AS segment, p.base_ppm AS base_ppm,
    ROW_NUMBER() OVER (PARTITION BY c.play, c.account_id ORDER BY p.day DESC) AS place
  FROM work_clocks AS c
  JOIN work_draws AS d ON d.play = c.play AND d.account_id = c.account_id
  JOIN kept_places AS p ON p.play = c.play AND p.account_id = c.account_id
    AND p.day <= c.start_day AND NOT p.by_lot
  WHERE c.by_hand = 0
),
lot AS (
  SELECT
    'lot' AS source, p.play AS play, p.account_id AS account_id, p.drawn AS treated,
    p.day AS start_day, p.day + t.window_days AS end_day,
    p.day + t.window_days + $grace AS known_day, t.rule AS rule, p.propensity AS propensity,
    p.segment AS segment, p.base_ppm AS base_ppm
  FROM kept_places AS p
  JOIN incrementality_plays AS t ON t.play = p.play
  WHERE p.by_lot
),
begun AS (
  SELECT
    source AS source, play AS play, account_id AS account_id, treated AS treated,
    start_day AS start_day, end_day AS end_day, known_day AS known_day, rule AS rule,
    propensity AS propensity, segment AS segment, base_ppm AS base_ppm
  FROM held
  WHERE place = 1
  UNION ALL
  SELECT
    source AS source, play AS play, account_id AS account_id, treated AS treated,
    start_day AS start_day, end_day AS end_day, known_day AS known_day, rule AS rule,
    propensity AS propensity, segment AS segment, base_ppm AS base_ppm
  FROM lot
),
units AS (
  SELECT
    source AS source, play AS play, account_id AS account_id, treated AS treated,
    start_day AS start_day, LEAST(end_day, $as_of - $grace) AS end_day,
    LEAST(known_day, $as_of) AS known_day, rule AS rule, propensity AS propensity,
    segment AS segment,
    CASE WHEN known_day <= $as_of THEN base_ppm ELSE GREATEST(CAST(ROUND(1000000 * (1 - POWER(
      1 - CAST(base_ppm AS DOUBLE) / 1000000,
      CAST($as_of - $grace - start_day AS DOUBLE) / (end_day - start_day)
    ))) AS BIGINT), 1) END AS base_ppm
  FROM begun
  WHERE known_day <= $as_of OR (rule <> 'active' AND $as_of - $grace >= start_day + $least)
),
paid AS (
  SELECT
    u.source AS source, u.play AS play, u.account_id AS account_id, u.start_day AS start_day,
    MAX(w.unknown) AS unknown,
    SUM(CASE WHEN w.from_day < u.start_day AND w.to_day >= u.start_day THEN w.held ELSE 0 END)
      AS before,
    SUM(CASE WHEN w.from_day < u.end_day AND w.to_day >= u.end_day THEN w.held ELSE 0 END) AS after,
    MAX(CASE WHEN w.from_day < u.end_day AND w.to_day >= u.end_day THEN w.paying
      WHEN w.from_day < u.known_day AND w.to_day >= u.known_day THEN w.paying ELSE 0 END) AS pays,
    MAX(CASE WHEN w.from_day < u.end_day AND w.to_day >= u.end_day THEN 1
      WHEN w.from_day < u.known_day AND w.to_day >= u.known_day THEN 1 ELSE 0 END) AS stays
  FROM units AS u
  JOIN paid_lines AS w ON w.account_id = u.account_id
  GROUP BY u.source, u.play, u.account_id, u.start_day
),
seen AS (
  SELECT DISTINCT u.source AS source, u.play AS play, u.account_id AS account_id,
    u.start_day AS start_day
  FROM units AS u
  JOIN observed_active AS v
    ON v.account_id = u.account_id AND v.day < u.end_day AND v.day >= u.end_day - $activity
),
carried AS (
  SELECT DISTINCT u.source AS source, u.play AS play, u.account_id AS account_id,
    u.start_day AS start_day
  FROM units AS u
  JOIN work_actions AS a ON a.play = u.play AND a.account_id = u.account_id AND a.gone
    AND a.approved_day >= u.start_day AND a.approved_day < u.end_day
)
SELECT
  u.source AS source, u.play AS play, u.segment AS segment, u.account_id AS account_id,
  u.treated AS treated, NOT a.account_id IS NULL AS done,
  CAST(CASE u.rule
    WHEN 'kept' THEN 1 - COALESCE(p.stays, 0)
    WHEN 'more' THEN CASE WHEN p.after > p.before THEN 1 ELSE 0 END
    WHEN 'back' THEN COALESCE(p.pays, 0)
    ELSE CASE WHEN (v.account_id IS NULL) = l.losses THEN 1 ELSE 0 END
  END AS INT) AS event,
  u.base_ppm AS base_ppm, u.propensity AS propensity, CAST(u.start_day AS INT) AS start_day,
  CAST(u.known_day AS INT) AS known_day
FROM units AS u
JOIN observed_plays AS l ON l.play = u.play
LEFT JOIN paid AS p ON p.source = u.source AND p.play = u.play AND p.account_id = u.account_id
  AND p.start_day = u.start_day
LEFT JOIN seen AS v ON v.source = u.source AND v.play = u.play AND v.account_id = u.account_id
  AND v.start_day = u.start_day
LEFT JOIN carried AS a ON a.source = u.source AND a.play = u.play AND a.account_id = u.account_id
  AND a.start_day = u.start_day
WHERE u.rule <> 'more' OR COALESCE(p.unknown, 0) = 0
