CASE
  WHEN LOWER(TRIM(email)) LIKE '%_@gmail.com' OR LOWER(TRIM(email)) LIKE '%_@googlemail.com'
    THEN CONCAT(
      REPLACE(SPLIT_PART(SPLIT_PART(LOWER(TRIM(email)), '@', 1), '+', 1), '.', ''), '@gmail.com'
    )
  WHEN STRPOS(TRIM(email), '@') > 1 THEN LOWER(TRIM(email))
END
