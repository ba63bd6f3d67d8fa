-- The stage of every entity at each of its steps, equal neighbours merged into intervals.
-- Steps of one day are peers: each sees the whole day, so they agree and merge. Spells of one fact
-- never touch, so a fact lasts while its last beginning is after its last end. risks counts the
-- causes of the flag in one number: scores, thousands of failed payments, millions of notices.
WITH running AS (
  SELECT
    kind AS kind, id AS id, day AS day,
    MAX(CASE WHEN fact = 'paid' AND change = 1 THEN day END) OVER w AS paid_since,
    MAX(CASE WHEN fact = 'paid' AND change = -1 THEN day * 2 + notice END) OVER w AS paid_end,
    MAX(CASE WHEN fact = 'trial' AND change = 1 THEN day END) OVER w AS trial_since,
    MAX(CASE WHEN fact = 'trial' AND change = -1 THEN day END) OVER w AS trial_end,
    MAX(CASE WHEN fact = 'event' AND change = 1 THEN day END) OVER w AS event_since,
    MAX(CASE WHEN fact = 'event' AND change = -1 THEN day END) OVER w AS event_last,
    MAX(CASE WHEN fact = 'order' AND change = 1 THEN day END) OVER w AS order_since,
    MAX(CASE WHEN fact = 'order' AND change = -1 THEN day END) OVER w AS order_last,
    MAX(CASE WHEN fact = 'won' AND change = 1 THEN day END) OVER w AS won_since,
    MAX(CASE WHEN fact = 'won' AND change = -1 THEN day END) OVER w AS won_last,
    MAX(CASE WHEN fact = 'qualified' AND change = -1 THEN day END) OVER w AS qualified,
    SUM(CASE WHEN fact = 'deal' THEN change ELSE 0 END) OVER w AS open_deals,
    SUM(CASE WHEN fact = 'new_deal' THEN change ELSE 0 END) OVER w AS new_deals,
    SUM(
      CASE fact WHEN 'score' THEN change WHEN 'billing' THEN change * 1000
        WHEN 'notice' THEN change * 1000000 ELSE 0 END
    ) OVER w AS risks
  FROM stage_entities
  WINDOW w AS (PARTITION BY kind, id ORDER BY day)
),
covered AS (
  SELECT
    running.*,
    COALESCE(paid_since > FLOOR(COALESCE(paid_end, -$never) / 2), FALSE) AS is_paid,
    COALESCE(trial_since > COALESCE(trial_end, -$never), FALSE) AS is_trial
  FROM running
),
facts AS (
  SELECT
    covered.*,
    CASE WHEN $has_subscriptions THEN is_paid END AS paid,
    CASE WHEN $has_subscriptions THEN paid_since IS NOT NULL END AS ever_paid,
    CASE WHEN NOT is_paid THEN day - CAST(FLOOR(paid_end / 2) AS INT) END AS days_since_paid_end,
    CASE WHEN $has_subscriptions THEN COALESCE(paid_end % 2, 0) = 1 END AS ended_by_notice,
    CASE WHEN $has_subscriptions THEN is_trial END AS in_trial,
    CASE WHEN $has_subscriptions THEN trial_since IS NOT NULL END AS ever_trial,
    CASE WHEN NOT is_trial THEN day - trial_end END AS days_since_trial_end,
    CASE WHEN event_since > COALESCE(event_last, -$never) THEN 0 ELSE day - event_last END
      AS days_since_event,
    CASE WHEN order_since > COALESCE(order_last, -$never) THEN 0 ELSE day - order_last END
      AS days_since_order,
    CASE WHEN won_since > COALESCE(won_last, -$never) THEN 0 ELSE day - won_last END
      AS days_since_won,
    CASE WHEN $has_deals THEN open_deals > 0 END AS open_deal,
    CASE WHEN $has_deals THEN new_deals > 0 END AS new_deal,
    day - qualified AS days_since_qualified,
    risks > 0 AS risk_flag
  FROM covered
),
staged AS (
  SELECT facts.*, $stage AS stage FROM facts
),
compared AS (
  SELECT
    staged.*,
    LAG(stage) OVER (PARTITION BY kind, id ORDER BY day) AS stage_before
  FROM staged
),
changed AS (
  SELECT
    kind AS kind, id AS id, stage AS stage, stage_before AS stage_before, day AS day,
    $because AS because
  FROM compared
  WHERE stage_before IS NULL OR stage <> stage_before
)
SELECT
  kind AS kind, id AS id, stage AS stage, stage_before AS stage_before, day AS from_day,
  LEAD(day) OVER (PARTITION BY kind, id ORDER BY day) AS to_day, because AS because
FROM changed
