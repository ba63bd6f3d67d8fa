-- Events of a batch, counted once per customer, name and day.
SELECT
  account_ref AS account_ref, contact_ref AS contact_ref, name AS name,
  day AS day, known_day AS known_day,
  CAST(COUNT(*) AS BIGINT) AS events, CAST(SUM(COALESCE(quantity, 1.0)) AS DOUBLE) AS quantity
FROM sifted
GROUP BY account_ref, contact_ref, name, day, known_day
