-- When an account is flagged: the fold of its scores with dwell, and the switches that act at once.
-- On at the $days_in-th scored day in a row at or above $enter_rank, off at the $days_out-th in a
-- row below $exit_rank; a day without a usable score does not count. A new spell starts with off.
WITH scored AS (
  SELECT
    l.account_id AS account_id, s.first_day AS spell, s.next_day AS next_day, l.day AS day,
    MAX(l.risk_rank) AS risk_rank
  FROM score_log AS l
  INNER JOIN (
    SELECT DISTINCT account_id AS account_id FROM score_log
    WHERE $account_scope AND usable AND risk_rank >= $enter_rank AND day < $as_of
  ) AS h ON h.account_id = l.account_id
  INNER JOIN stage_spells AS s
    ON s.kind = 'whole' AND s.id = l.account_id AND s.fact = $customer AND s.first_day <= l.day
    AND (s.next_day IS NULL OR l.day < s.next_day)
  WHERE l.usable AND NOT l.risk_rank IS NULL AND l.day < $as_of
  GROUP BY l.account_id, s.first_day, s.next_day, l.day
),
sided AS (
  SELECT
    scored.*,
    CASE WHEN risk_rank >= $enter_rank THEN 1 WHEN risk_rank < $exit_rank THEN -1 ELSE 0 END
      AS side
  FROM scored
),
turned AS (
  SELECT
    sided.*,
    CASE WHEN side = LAG(side) OVER (PARTITION BY account_id, spell ORDER BY day)
      THEN 0 ELSE 1 END AS turn
  FROM sided
),
runs AS (
  SELECT
    turned.*,
    SUM(turn) OVER (
      PARTITION BY account_id, spell ORDER BY day
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS run
  FROM turned
),
dwelt AS (
  SELECT
    runs.*,
    ROW_NUMBER() OVER (PARTITION BY account_id, spell, run ORDER BY day) AS dwell
  FROM runs
),
signals AS (
  SELECT
    account_id AS account_id, spell AS spell, next_day AS next_day, day AS day, side AS side,
    LAG(side) OVER (PARTITION BY account_id, spell ORDER BY day) AS side_before
  FROM dwelt
  WHERE (side = 1 AND dwell = $days_in) OR (side = -1 AND dwell = $days_out)
),
switches AS (
  SELECT
    account_id AS account_id, next_day AS next_day, day AS day, side AS side,
    LEAD(day) OVER (PARTITION BY account_id, spell ORDER BY day) AS switch_day
  FROM signals
  WHERE side_before IS NULL OR side <> side_before
)
SELECT
  account_id AS account_id, 'score' AS cause, day AS from_day,
  COALESCE(switch_day, next_day, $never) AS to_day
FROM switches
WHERE side = 1
UNION ALL
SELECT
  account_id AS account_id, 'notice' AS cause,
  GREATEST(cancelled_day, from_day) AS from_day,
  CASE WHEN to_day = 1000000 THEN $never ELSE to_day END AS to_day
FROM subscription_spans
WHERE $account_scope AND $use_notice AND trial = 0 AND minor > 0 AND cancelled_day < $as_of
  AND from_day < $as_of AND GREATEST(cancelled_day, from_day) < to_day
UNION ALL
SELECT
  account_id AS account_id, 'billing' AS cause, from_day AS from_day,
  LEAST(COALESCE(paid_day, $never), from_day + $billing_days) AS to_day
FROM (
  SELECT
    account_id AS account_id, paid_day AS paid_day,
    CASE
      WHEN status = 'failed' THEN COALESCE(due_day, issued_day)
      ELSE due_day + $overdue_days
    END AS from_day
  FROM invoices
  WHERE $account_scope AND $use_billing AND NOT account_id IS NULL
    AND COALESCE(amount_minor, 1) > 0
    AND (status IN ('failed', 'open') OR (status = 'paid' AND NOT paid_day IS NULL))
) AS failures
WHERE from_day < $as_of AND from_day < COALESCE(paid_day, $never)
