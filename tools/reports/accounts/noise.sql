-- By how much scores move from one kept day to the next, all accounts, one model at a time.
WITH days AS (
  SELECT day AS day, ROW_NUMBER() OVER (ORDER BY day DESC) AS age
  FROM (SELECT DISTINCT day AS day FROM recent_scores WHERE day < $as_of) AS seen
),
pairs AS (
  SELECT b.day AS before_day, a.day AS after_day
  FROM days AS b
  INNER JOIN days AS a ON a.age = b.age - 1
  WHERE b.age <= 8 AND a.day - b.day <= 3
),
scored AS (
  SELECT
    account_id AS account_id, day AS day, model AS model,
    CAST(ROUND(probability * 10000) AS BIGINT) AS bp
  FROM recent_scores
  WHERE NOT probability IS NULL
)
SELECT ABS(a.bp - b.bp) AS step_bp, COUNT(*) AS n
FROM pairs AS p
INNER JOIN scored AS b ON b.day = p.before_day
INNER JOIN scored AS a ON a.day = p.after_day AND a.account_id = b.account_id AND a.model = b.model
GROUP BY ABS(a.bp - b.bp)
ORDER BY step_bp
