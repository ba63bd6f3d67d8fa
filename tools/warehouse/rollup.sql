-- Events of a batch, counted once per customer, name and day. Quantities count to the thousandth,
-- so that their sum is the same in every order; beyond a billion a row counts as a billion.
SELECT
  account_ref AS account_ref, contact_ref AS contact_ref, name AS name,
  day AS day, known_day AS known_day,
  CAST(COUNT(*) AS BIGINT) AS events,
  CAST(SUM(CAST(
    ROUND(GREATEST(LEAST(COALESCE(quantity, 1.0), 1000000000), -1000000000) * 1000) AS BIGINT
  )) AS DOUBLE) / 1000 AS quantity
FROM sifted
GROUP BY account_ref, contact_ref, name, day, known_day
