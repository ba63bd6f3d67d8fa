-- Domains that several accounts have: an address there tells nobody's account.
SELECT
  domain AS key_text, accounts AS refs, CAST(NULL AS BIGINT) AS names, example AS example,
  'several_accounts' AS reason
FROM identity_domain
WHERE accounts > 1
