-- One row for every account that pays, or for which something is worth doing: where it belongs,
-- and what a person wants to know before a call. Everything here stands still until tomorrow.
-- Who is active and pays 0 is paused.
WITH fitting AS (
  SELECT
    r.account_id AS account_id, r.code AS code, r.a AS a, r.b AS b, r.day AS day,
    CASE r.code
      WHEN 'notice' THEN 1 WHEN 'ticket' THEN 2 WHEN 'payment' THEN 3 WHEN 'score' THEN 4
      WHEN 'renewal' THEN 5 WHEN 'stage' THEN 6 WHEN 'less' THEN 7 WHEN 'seats' THEN 8
      WHEN 'deal' THEN 9 WHEN 'ended' THEN 10 ELSE 11
    END + CASE
      WHEN COALESCE(b.goal, '') IN ('upsell', 'acceleration')
        THEN CASE WHEN r.code IN ('seats', 'deal', 'more', 'renewal') THEN 0 ELSE 20 END
      WHEN COALESCE(b.goal, '') = 'win_back' THEN CASE WHEN r.code = 'ended' THEN 0 ELSE 20 END
      WHEN r.code IN ('seats', 'deal', 'more', 'ended') THEN 20
      ELSE 0
    END AS place
  FROM account_reasons AS r
  LEFT JOIN account_best AS b ON b.account_id = r.account_id
),
ranked AS (
  SELECT
    f.*, ROW_NUMBER() OVER (PARTITION BY f.account_id ORDER BY f.place, f.code) AS number
  FROM fitting AS f
  WHERE f.place < 20
),
lacking AS (
  SELECT account_id AS account_id, MIN(missing) AS missing
  FROM unpriced
  GROUP BY account_id
)
SELECT
  f.account_id AS account_id, f.name AS name,
  CASE WHEN TRIM(f.owner) <> '' THEN TRIM(f.owner) END AS owner, COALESCE(f.active, FALSE) AS active,
  CASE
    WHEN b.held = 0 THEN 'list'
    WHEN l.outcome = 'accept_churn' THEN 'let_go'
    WHEN NOT l.outcome IS NULL OR b.held = 1 THEN 'leave_alone'
    ELSE 'unscored'
  END AS part,
  COALESCE(f.active AND f.mrr_minor = 0, FALSE) AS paused,
  o.stage AS stage, o.since_day AS since_day, g.segment AS segment,
  f.mrr_minor AS mrr_minor, f.currency AS currency, f.open_deal_currency AS deal_currency,
  CASE WHEN f.active THEN CAST($as_of + f.days_to_renewal AS INT) END AS renewal_day,
  f.tickets_open AS tickets_open, f.tickets_open_high AS tickets_open_high,
  s.bound_day AS bound_day, s.bound_ppm AS bound_ppm, s.churn_ppm AS churn_ppm, s.week_ppm AS week_ppm, s.month_ppm AS month_ppm,
  s.week_day AS week_day, s.month_day AS month_day,
  CASE
    WHEN b.held IS NULL AND l.outcome IS NULL
      THEN COALESCE(s.unscored_reason, n.missing, 'missing: churn score')
    WHEN s.churn_ppm IS NULL THEN COALESCE(
      s.unscored_reason,
      CASE WHEN f.active THEN 'no calibrated score' ELSE 'pays nothing now' END
    )
  END AS unscored_reason,
  t.touch_day AS touch_day, t.touch_kind AS touch_kind, t.touch_what AS touch_what,
  t.touch_who AS touch_who,
  w.code AS code, w.a AS a, w.b AS b, w.day AS day,
  COALESCE(b.drawn, 0) AS drawn,
  CASE WHEN b.goal = 'acceleration' AND NOT COALESCE(f.active, FALSE) THEN 1 ELSE 0 END AS prospect,
  b.play AS play, b.goal AS goal, b.nv_minor AS nv_minor, b.q10_minor AS q10_minor,
  b.q90_minor AS q90_minor, b.cost_minor AS cost_minor, b.hours AS hours,
  COALESCE(b.headroom_minor, l.headroom_minor) AS headroom_minor,
  CASE WHEN b.held = 1 THEN 'what would be worth it may not be done now' ELSE l.reason END
    AS left_reason,
  l.kept_minor AS kept_minor, l.saved_minor AS saved_minor, l.least_cost_minor AS least_cost_minor,
  COALESCE(l.best_nv_minor, b.nv_minor) AS best_nv_minor, l.churn_bp AS left_churn_bp
FROM features AS f
LEFT JOIN account_best AS b ON b.account_id = f.account_id
LEFT JOIN left_alone AS l ON l.account_id = f.account_id
LEFT JOIN lacking AS n ON n.account_id = f.account_id
LEFT JOIN roster AS o ON o.kind = 'account' AND o.id = f.account_id
LEFT JOIN segments AS g ON g.account_id = f.account_id
LEFT JOIN account_scores AS s ON s.account_id = f.account_id
LEFT JOIN account_touches AS t ON t.account_id = f.account_id
LEFT JOIN ranked AS w ON w.account_id = f.account_id AND w.number = 1
WHERE f.active OR NOT b.account_id IS NULL OR NOT l.account_id IS NULL
