-- The first few examples per subject, those with the most rows first.
SELECT subject AS subject, example AS example
FROM (
  SELECT
    subject AS subject, example AS example,
    ROW_NUMBER() OVER (PARTITION BY subject ORDER BY n DESC, example) AS place
  FROM audit_hit
  WHERE example IS NOT NULL
) AS ranked
WHERE place <= $most
ORDER BY subject, place
