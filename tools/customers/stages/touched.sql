-- Whose stage may differ from what the run of $last_run wrote: a day of theirs, or the end of a
-- window, lies between the runs; a late fact came (`changed`); never stored; gone since; or the end
-- of the bills on record moved over the stated end of a line of theirs ($bills_before: where it was;
-- below every day: not known). It may name too many, never too few.
WITH dates AS (
  SELECT account_id AS account_id, CAST(NULL AS TEXT) AS contact_id,
    CASE WHEN trial = 1 THEN 'trial' ELSE 'paid' END AS fact, from_day AS day
  FROM subscription_spans WHERE $use_paid
  UNION ALL
  SELECT account_id AS account_id, CAST(NULL AS TEXT) AS contact_id,
    CASE WHEN trial = 1 THEN 'trial' ELSE 'paid' END AS fact, to_day AS day
  FROM subscription_spans WHERE $use_paid
  UNION ALL
  SELECT account_id AS account_id, CAST(NULL AS TEXT) AS contact_id,
    'notice' AS fact, cancelled_day AS day
  FROM subscription_spans WHERE $use_notice
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'event' AS fact, day AS day
  FROM usage WHERE $use_event
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'order' AS fact, issued_day AS day
  FROM invoices WHERE $use_order
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'unpaid' AS fact,
    COALESCE(due_day, issued_day + $term_days) AS day
  FROM invoices WHERE $use_order AND status = 'open'
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'unpaid' AS fact, paid_day AS day
  FROM invoices WHERE $use_order
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'billing' AS fact, paid_day AS day
  FROM invoices WHERE $use_billing
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'billing' AS fact,
    CASE WHEN status = 'failed' THEN COALESCE(due_day, issued_day)
      ELSE due_day + $overdue_days END AS day
  FROM invoices WHERE $use_billing
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'deal' AS fact, opened_day AS day
  FROM deals WHERE $use_deal OR $use_won
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'won' AS fact, closed_day AS day
  FROM deals WHERE $use_deal OR $use_won
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'qualified' AS fact,
    qualified_day AS day
  FROM (
    SELECT
      CASE WHEN m.contact_ref IS NULL THEN c.account_id ELSE m.account_id END AS account_id,
      c.contact_id AS contact_id, c.qualified_day AS qualified_day
    FROM contacts AS c
    LEFT JOIN contact_moves AS m
      ON m.contact_ref = c.contact_id
      AND m.from_day <= c.qualified_day AND c.qualified_day < m.to_day
  ) AS q
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id, 'created' AS fact, created_day AS day
  FROM contacts
  UNION ALL
  SELECT account_id AS account_id, CAST(NULL AS TEXT) AS contact_id, 'created' AS fact,
    created_day AS day
  FROM accounts
  UNION ALL
  SELECT account_id AS account_id, CAST(NULL AS TEXT) AS contact_id, 'score' AS fact, day AS day
  FROM score_log WHERE $use_score AND usable AND risk_rank >= $enter_rank
),
lows AS (
  SELECT account_id AS account_id
  FROM score_log
  WHERE $use_score AND usable AND risk_rank < $exit_rank AND day >= $last_run AND day < $as_of
),
moved AS (
  SELECT account_id AS account_id, contact_id AS contact_id
  FROM dates WHERE day >= $last_run AND day < $as_of
  UNION ALL
  SELECT d.account_id AS account_id, d.contact_id AS contact_id
  FROM dates AS d
  INNER JOIN stage_offsets AS o ON o.fact = d.fact
  WHERE d.day + o.days >= $last_run AND d.day + o.days < $as_of
  UNION ALL
  SELECT account_id AS account_id, contact_id AS contact_id FROM changed
  UNION ALL
  SELECT s.account_id AS account_id, CAST(NULL AS TEXT) AS contact_id
  FROM subscription_spans AS s
  CROSS JOIN bills_end AS b
  WHERE $use_paid AND s.end_stated = 1 AND b.day <> $bills_before
    AND (s.to_day = 1000000 OR s.to_day >= LEAST(b.day, $bills_before))
  UNION ALL
  SELECT account_id AS account_id, contact_ref AS contact_id
  FROM contact_moves WHERE from_day >= $last_run AND from_day < $as_of
),
newest AS (
  SELECT
    kind AS kind, entity_id AS id, to_stage AS stage,
    ROW_NUMBER() OVER (PARTITION BY kind, entity_id ORDER BY effective_day DESC) AS age
  FROM stored_transitions
),
people AS (
  SELECT 'account' AS kind, account_id AS id FROM accounts
  UNION ALL
  SELECT 'contact' AS kind, contact_id AS id FROM contacts
)
SELECT 'account' AS kind, account_id AS id FROM moved WHERE account_id IS NOT NULL
UNION
SELECT 'contact' AS kind, contact_id AS id FROM moved WHERE contact_id IS NOT NULL
UNION
SELECT n.kind AS kind, n.id AS id
FROM newest AS n
INNER JOIN lows AS l ON l.account_id = n.id
WHERE n.age = 1 AND n.kind = 'account' AND n.stage = 'at_risk'
UNION
SELECT COALESCE(p.kind, n.kind) AS kind, COALESCE(p.id, n.id) AS id
FROM people AS p
FULL OUTER JOIN (SELECT kind AS kind, id AS id FROM newest WHERE age = 1) AS n
  ON n.kind = p.kind AND n.id = p.id
WHERE p.id IS NULL OR n.id IS NULL
