-- Every account a rule could put first on a morning, with the best that any play promises it.
-- A health scorecard as customer-success tools have it: a point for each sign of trouble.
WITH best AS (
  SELECT account_id AS account_id, MAX(nv_minor) AS best_minor
  FROM roi_values
  WHERE missing IS NULL AND play <> 'do_nothing' AND safe_minor >= 0
  GROUP BY account_id
), weighed AS (
  SELECT
    f.account_id AS account_id,
    CAST(COALESCE(f.mrr_minor, 0) AS DOUBLE) * CAST(COALESCE(x.rate, 0) AS DOUBLE) AS revenue,
    s.probability AS probability,
    CASE WHEN f.usage_trend < 0.8 THEN 1 ELSE 0 END
    + CASE WHEN f.days_since_event > 14 THEN 1 ELSE 0 END
    + CASE WHEN COALESCE(f.tickets_open_high, 0) > 0 THEN 1 ELSE 0 END
    + CASE WHEN COALESCE(f.overdue_invoices, 0) > 0 THEN 1 ELSE 0 END
    + CASE WHEN f.days_to_renewal <= 90 THEN 1 ELSE 0 END AS points,
    COALESCE(b.best_minor, 0) AS best_minor
  FROM features AS f
  LEFT JOIN scores AS s ON s.account_id = f.account_id
  LEFT JOIN exchange_rates AS x ON x.currency = f.currency
  LEFT JOIN best AS b ON b.account_id = f.account_id
  WHERE COALESCE(f.active, FALSE)
)
SELECT
  account_id AS account_id, best_minor AS best_minor, revenue AS revenue,
  probability AS probability, points AS points
FROM weighed
