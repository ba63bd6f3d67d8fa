-- How many pairs of account and play each rule refused from $first_day on.
SELECT r.rule_id AS rule, CAST(COUNT(*) AS BIGINT) AS pairs
FROM (
    SELECT DISTINCT rule_id AS rule_id, account_id AS account_id, play AS play
    FROM work_refusals WHERE as_of >= $first_day
) AS r
GROUP BY r.rule_id
ORDER BY pairs DESC, rule
