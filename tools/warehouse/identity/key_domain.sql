CASE
  WHEN domain LIKE '%/%' OR domain LIKE '%:%' OR domain LIKE '%@%' OR domain LIKE '% %'
    OR domain LIKE '%,%' OR domain LIKE '%;%' OR domain LIKE '%?%' OR domain LIKE '%#%'
    OR domain LIKE '.%' OR domain LIKE '%.' OR LOWER(domain) LIKE 'www%'
    THEN NULLIF(
      REGEXP_EXTRACT(
        LOWER(TRIM(domain)),
        '^(?:(?:[a-z][a-z0-9+.-]*:)?/+|mailto:)?(?:[^/@?#]*@)?(?:www[0-9]?[.])?([^/:?#@,; .][^/:?#@,; ]*[.][^/:?#@,; ]*[^/:?#@,; .])[.]*(?:$|[/:?#,; ])',
        1
      ),
      ''
    )
  WHEN domain LIKE '%_._%' THEN LOWER(domain)
END
