-- Accounts for which doing nothing is best, with the computed reason and the money it saves: what
-- the least bad step would have lost, or what the cheapest costs beyond all that could be saved.
-- Whoever has an open deal and does not pay yet is left alone when no step is worth taking for it.
WITH best AS (
  SELECT
    v.account_id AS account_id, MAX(v.nv_minor) AS best_nv_minor, MAX(x.mean) AS best_share
  FROM roi_values AS v
  LEFT JOIN roi_shares AS x ON x.play = v.play AND x.segment = v.segment AND x.spread = v.spread
    AND x.likeness = v.likeness
  WHERE v.missing IS NULL AND v.play <> 'do_nothing'
  GROUP BY v.account_id
), judged AS (
  SELECT
    n.account_id AS account_id, n.segment AS segment, n.churn_bp AS churn_bp,
    n.kept_minor AS kept_minor, n.headroom_minor AS headroom_minor, b.best_nv_minor AS best_nv_minor,
    CAST($least_cost AS BIGINT) AS least_cost_minor,
    CASE WHEN n.kept_minor <= 0 THEN 'value' WHEN b.best_share < 0 THEN 'harm' WHEN n.headroom_minor < CAST($least_cost AS BIGINT)
      THEN 'headroom' ELSE 'price' END AS because
  FROM candidates AS n
  LEFT JOIN best AS b ON b.account_id = n.account_id
  WHERE n.play = 'do_nothing' AND COALESCE(b.best_nv_minor, 0) <= 0
), deals AS (
  SELECT
    v.account_id AS account_id, MAX(v.segment) AS segment, MAX(v.kept_minor) AS kept_minor,
    MAX(v.headroom_minor) AS headroom_minor, MIN(v.cost_minor) AS least_cost_minor
  FROM candidates AS v
  WHERE v.basis = 'deal'
  GROUP BY v.account_id
)
SELECT
  account_id AS account_id, segment AS segment,
  CASE WHEN because = 'value' OR (because = 'headroom' AND churn_bp >= 5000)
    THEN 'accept_churn' ELSE 'let_progress' END AS outcome,
  CASE
    WHEN because = 'value' THEN 'staying is worth nothing: it costs more than it brings'
    WHEN because = 'harm'
      THEN 'accounts like it leave more often when somebody contacts them'
    WHEN because = 'headroom' AND churn_bp >= 5000
      THEN 'likely lost, and all that could be saved is less than the cheapest play costs'
    WHEN because = 'headroom'
      THEN 'likely to stay, and all that could be saved is less than the cheapest play costs'
    WHEN best_nv_minor IS NULL THEN 'no play is for this account today'
    ELSE 'no play is expected to gain more than it costs'
  END AS reason,
  kept_minor AS kept_minor, headroom_minor AS headroom_minor,
  least_cost_minor AS least_cost_minor, best_nv_minor AS best_nv_minor,
  CASE WHEN best_nv_minor < 0 THEN -best_nv_minor WHEN because = 'value' THEN least_cost_minor
    WHEN because = 'headroom' THEN least_cost_minor - headroom_minor END AS saved_minor,
  churn_bp AS churn_bp
FROM judged
UNION ALL
SELECT
  d.account_id AS account_id, d.segment AS segment, 'let_progress' AS outcome,
  CASE
    WHEN d.kept_minor <= 0 THEN 'winning the open deal costs more than such a customer brings'
    WHEN d.headroom_minor < d.least_cost_minor
      THEN 'the deal is likely to be won as it is, and all that could be gained is less than the cheapest play costs'
    ELSE 'no step is expected to gain more for the open deal than it costs'
  END AS reason,
  d.kept_minor AS kept_minor, d.headroom_minor AS headroom_minor,
  d.least_cost_minor AS least_cost_minor, b.best_nv_minor AS best_nv_minor,
  CASE WHEN b.best_nv_minor < 0 THEN -b.best_nv_minor END AS saved_minor,
  CAST(NULL AS BIGINT) AS churn_bp
FROM deals AS d
JOIN best AS b ON b.account_id = d.account_id
WHERE b.best_nv_minor <= 0
  AND d.account_id NOT IN (SELECT j.account_id FROM judged AS j)
