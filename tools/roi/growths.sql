-- How often accounts came to pay more without a gap, by the product they had: with the same product
-- (more of it) or with another one; `rise_bp` sums by how much, in ten-thousandths of what they paid,
-- none counted for more than $most. The product is that of the dearest line.
WITH totals AS (
  SELECT
    account_id AS account_id, to_day AS to_day, minor AS minor,
    LEAD(from_day) OVER (PARTITION BY account_id, currency ORDER BY from_day) AS next_day,
    LEAD(minor) OVER (PARTITION BY account_id, currency ORDER BY from_day) AS next_minor
  FROM recurring_revenue
  WHERE paused_minor = 0
),
grown AS (
  SELECT account_id AS account_id, to_day AS day, minor AS before, next_minor AS after
  FROM totals
  WHERE next_day = to_day AND minor > 0 AND next_minor > minor
),
had AS (
  SELECT
    g.account_id AS account_id, g.day AS day, s.product AS product,
    ROW_NUMBER() OVER (
      PARTITION BY g.account_id, g.day ORDER BY s.minor DESC, s.subscription_id
    ) AS place
  FROM grown AS g
  JOIN subscription_spans AS s ON s.account_id = g.account_id
    AND s.trial = 0 AND s.minor > 0 AND s.from_day < g.day AND s.to_day >= g.day
),
has AS (
  SELECT
    g.account_id AS account_id, g.day AS day, s.product AS product,
    ROW_NUMBER() OVER (
      PARTITION BY g.account_id, g.day ORDER BY s.minor DESC, s.subscription_id
    ) AS place
  FROM grown AS g
  JOIN subscription_spans AS s ON s.account_id = g.account_id
    AND s.trial = 0 AND s.minor > 0 AND s.from_day <= g.day AND s.to_day > g.day
),
steps AS (
  SELECT
    h.product AS product, CASE WHEN h.product = n.product THEN 'more' ELSE 'next' END AS part,
    CAST(LEAST(ROUND(CAST(g.after - g.before AS DOUBLE) * 10000 / g.before), $most) AS BIGINT)
      AS rise_bp
  FROM grown AS g
  JOIN had AS h ON h.account_id = g.account_id AND h.day = g.day AND h.place = 1
  JOIN has AS n ON n.account_id = g.account_id AND n.day = g.day AND n.place = 1
  WHERE h.product <> '' AND n.product <> ''
)
SELECT
  product AS product, part AS part, COUNT(*) AS n, CAST(SUM(rise_bp) AS BIGINT) AS rise_bp
FROM steps
GROUP BY product, part
ORDER BY product, part
