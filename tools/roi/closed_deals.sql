-- The deals decided in the year before the day: what they were worth, and whether they were won.
SELECT
  amount_minor AS amount_minor, UPPER(COALESCE(currency, $currency)) AS currency,
  CASE WHEN state = 'won' THEN 1 ELSE 0 END AS won
FROM deals
WHERE state IN ('won', 'lost') AND amount_minor > 0
  AND closed_day >= $as_of - $back AND closed_day < $as_of
