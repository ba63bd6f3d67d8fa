-- Every record a fact may refer to: those loaded, and survivors that merged records point to.
SELECT 'contact' AS kind, ref AS ref FROM audit_contact_state
UNION
SELECT 'account' AS kind, ref AS ref FROM audit_account_state
UNION
SELECT kind AS kind, into_ref AS ref FROM merges
UNION
SELECT kind AS kind, ref AS ref FROM merges
UNION
SELECT 'campaign' AS kind, campaign_ref AS ref FROM fact_campaigns
WHERE known_day <= $as_of AND day < $as_of
