-- Where somebody came from as it was first recorded: sources are overwritten later.
WITH told AS (
    SELECT COALESCE(a.account_id, f.account_ref) AS owner, f.acquisition AS part,
        f.known_day AS known_day, f.observed_at AS observed_at, f.occurred_at AS occurred_at,
        f.account_ref AS ref, f.row_hash AS row_hash
    FROM fact_accounts AS f
    LEFT JOIN account_alias AS a ON a.ref = f.account_ref
    WHERE NOT $contact AND f.day < $as_of AND f.known_day <= $as_of
    UNION ALL
    SELECT COALESCE(c.contact_id, f.contact_ref) AS owner, f.acquisition AS part,
        f.known_day AS known_day, f.observed_at AS observed_at, f.occurred_at AS occurred_at,
        f.contact_ref AS ref, f.row_hash AS row_hash
    FROM fact_contacts AS f
    LEFT JOIN contact_alias AS c ON c.ref = f.contact_ref
    WHERE $contact AND f.day < $as_of AND f.known_day <= $as_of
),
ranked AS (
    SELECT
        t.owner AS owner, t.part AS part,
        ROW_NUMBER() OVER (
            PARTITION BY t.owner
            ORDER BY t.known_day, t.observed_at, t.occurred_at, t.ref, t.row_hash
        ) AS place
    FROM told AS t
    WHERE t.part IS NOT NULL
)
SELECT b.id AS id, b.day AS day, r.part AS part
FROM retention_born AS b
JOIN ranked AS r ON r.owner = CASE WHEN $contact THEN b.id ELSE b.account_id END
WHERE r.place = 1
