-- The chances to grow and to come back after what was done; the chance to leave is changed where a
-- term ends.
CREATE TABLE changed AS
SELECT c.* EXCLUDE (expand_chance, return_chance),
    least(1, expand_chance * coalesce((SELECT product(1 + share) FROM answers AS w
        WHERE w.n = c.n AND outcome IN ('expansion', 'conversion') AND day < chance_day
            AND chance_day <= until), 1)) AS expand_chance,
    least(1, return_chance * coalesce((SELECT product(1 + share) FROM answers AS w
        WHERE w.n = c.n AND outcome = 'return' AND day < chance_day AND chance_day <= until), 1))
        AS return_chance
FROM chances AS c;
DROP TABLE chances;
ALTER TABLE changed RENAME TO chances;
