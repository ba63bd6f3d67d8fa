-- The accounts some of whose plays may be drawn to learn, each with its keyed place in the lot.
SELECT account_id AS account_id, SHA256(CONCAT($seed, '|', account_id)) AS place
FROM exploration_pairs
GROUP BY account_id
