-- The product of each account's dearest line on the day.
SELECT account_id AS account_id, product AS product
FROM (
  SELECT
    account_id AS account_id, product AS product,
    ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY minor DESC, subscription_id) AS place
  FROM subscription_spans
  WHERE trial = 0 AND minor > 0 AND from_day < $as_of AND to_day >= $as_of
) AS lines
WHERE place = 1
