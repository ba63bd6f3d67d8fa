-- One turn of the wheel: end the spells that started, then let some of the lost come back.
-- The notice, and the fading of use before the end, follow from the day the decision was taken.

INSERT INTO spells
WITH due AS (
    SELECT s.n, s.interval_months, later(s.started, k * s.interval_months) AS day
    FROM starts AS s, unnest(range(1, 1 + CAST(getvariable('months') AS BIGINT))) AS terms(k)
    WHERE s.spell = getvariable('spell')
      AND later(s.started, k * s.interval_months) < getvariable('horizon')
), ended AS (
    SELECT due.n, min(due.day) AS ended
    FROM due JOIN chances AS c ON c.n = due.n AND c.m = month_of(due.day)
    WHERE c.leave_draw < CASE due.interval_months WHEN 12 THEN c.leave_annual
        ELSE c.leave_monthly END * coalesce((SELECT product(1 - share) FROM answers AS w
            WHERE w.n = due.n AND outcome = 'renewal' AND w.day < due.day AND due.day <= until), 1)
    GROUP BY due.n
), drawn AS (
    SELECT s.*, e.ended, s.n * 4096 + month_of(e.ended) AS k,
        e.ended IS NOT NULL AND s.interval_months = 1 AND u(s.n * 4096 + month_of(e.ended), 'unpaid') < 0.18 AS unpaid,
        -- Whom a deed may have driven away had not decided before it.
        (SELECT max(w.day) + 1 FROM answers AS w WHERE w.n = s.n AND w.outcome = 'renewal'
            AND w.share < 0 AND w.day < e.ended AND e.ended <= w.until) AS driven
    FROM starts AS s LEFT JOIN ended AS e ON e.n = s.n
    WHERE s.spell = getvariable('spell')
)
SELECT n, spell, started, interval_months, ended,
    CASE WHEN ended IS NOT NULL THEN greatest(started + 7, driven, -- passes over a NULL
        ended - CAST(floor(25 + 50 * u(k, 'decided')) AS INTEGER)) END AS decided,
    CASE WHEN ended IS NOT NULL AND NOT unpaid THEN greatest(started + 7, driven, ended - CAST(floor(
        CASE interval_months WHEN 12 THEN 10 + 30 * u(k, 'notice') ELSE 1 + 20 * u(k, 'notice') END)
        AS INTEGER)) END AS cancelled,
    ended IS NOT NULL AND u(k, 'fades') < 0.72 AS fades, unpaid
FROM drawn;

INSERT INTO starts
SELECT s.n, s.spell + 1, min(c.chance_day), 1
FROM spells AS s JOIN chances AS c ON c.n = s.n AND c.chance_day >= s.ended + 15
WHERE s.spell = getvariable('spell') AND c.return_draw < c.return_chance
    AND c.chance_day < getvariable('horizon')
GROUP BY s.n, s.spell;
