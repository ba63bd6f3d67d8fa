CASE
  WHEN LOWER(TRIM(domain)) LIKE 'www.%_._%' THEN SUBSTRING(LOWER(TRIM(domain)), 5)
  WHEN TRIM(domain) LIKE '%_._%' THEN LOWER(TRIM(domain))
END
