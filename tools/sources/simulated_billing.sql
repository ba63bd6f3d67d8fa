-- What they pay: subscription lines with seats, and the invoices of every term.
-- A line is one stretch of unchanged plan, seats and term; the next line starts where it ends.

CREATE TABLE changes AS
SELECT s.n, s.spell, c.chance_day AS day,
    CASE WHEN expand_draw < expand_chance THEN 'expand' ELSE 'shrink' END AS kind,
    CAST(CASE WHEN expand_draw < expand_chance THEN 180 + floor(220 * u(c.n * 4096 + c.m, 'grow'))
        ELSE -180 END AS BIGINT) AS log_step, -- thousandths, on the log scale
    CAST(expand_draw < expand_chance AND u(c.n * 4096 + c.m, 'upgrade') < 0.15 AS BIGINT) AS steps
FROM spells AS s JOIN chances AS c ON c.n = s.n
WHERE (expand_draw < expand_chance OR shrink_draw < shrink_chance)
    AND c.chance_day > s.started + 45 AND (s.decided IS NULL OR c.chance_day < s.decided);

CREATE TABLE lines AS
WITH borders AS (
    SELECT n, spell, started AS day FROM spells
    UNION
    SELECT n, spell, day FROM changes
    UNION
    SELECT s.n, s.spell, later(s.started, 12 * k)
    FROM spells AS s, unnest(range(1, 10)) AS years(k)
    WHERE s.interval_months = 12
        AND later(s.started, 12 * k) < coalesce(s.ended, getvariable('horizon'))
), stretches AS (
    SELECT b.n, b.spell, b.day AS started, s.started AS spell_started, s.interval_months,
        coalesce(lead(b.day) OVER (PARTITION BY b.n, b.spell ORDER BY b.day), s.ended) AS ended,
        s.cancelled, s.unpaid, s.ended AS spell_ended,
        row_number() OVER (PARTITION BY b.n ORDER BY b.day) AS line
    FROM borders AS b JOIN spells AS s USING (n, spell)
), sized AS (
    SELECT t.*, coalesce((SELECT CAST(sum(log_step) AS DOUBLE) / 1000 FROM changes AS c
            WHERE c.n = t.n AND c.day <= t.started), 0) AS log_size,
        coalesce((SELECT CAST(sum(steps) AS INTEGER) FROM changes AS c
            WHERE c.n = t.n AND c.day <= t.started), 0) AS steps
    FROM stretches AS t
)
SELECT s.n, line, spell, s.started, s.ended, spell_started, spell_ended, s.interval_months,
    CASE s.interval_months WHEN 12 THEN later(spell_started,
        12 * (date_diff('year', spell_started, s.started)
        + CASE WHEN later(spell_started, 12 * date_diff('year', spell_started, s.started))
            <= s.started THEN 1 ELSE 0 END)) END AS term_end,
    CASE WHEN s.ended = spell_ended THEN cancelled END AS cancelled, s.unpaid,
    p.plan, greatest(1, CAST(round(a.first_seats * exp(log_size)) AS INTEGER)) AS seats, a.discount,
    CAST(round((p.fee + p.seat_price * greatest(1, round(a.first_seats * exp(log_size))))
        * (1 - a.discount)) AS BIGINT) AS mrr_minor
FROM sized AS s JOIN accounts AS a ON a.n = s.n
JOIN plans AS p ON p.plan_n = least(4, a.plan_n + s.steps);

CREATE TABLE trials AS
SELECT a.n, trial_started AS started, trial_started + trial_days AS ended, p.plan, first_seats
FROM accounts AS a JOIN plans AS p USING (plan_n) WHERE trial_started IS NOT NULL;

-- The last term of somebody who leaves for want of payment was never paid.
CREATE TABLE invoices AS
WITH billed AS (
    SELECT s.n, s.spell, s.interval_months, s.ended, s.unpaid, s.decided,
        later(s.started, k * s.interval_months) AS issued
    FROM spells AS s, unnest(range(0, CAST(getvariable('months') AS BIGINT))) AS terms(k)
    WHERE later(s.started, k * s.interval_months) < coalesce(s.ended, getvariable('horizon'))
), judged AS (
    SELECT b.*, b.n * 4096 + month_of(b.issued) AS k, l.mrr_minor * b.interval_months AS amount_minor,
        (b.unpaid AND b.issued >= later(b.ended, -1)) AS lost,
        u(b.n * 4096 + month_of(b.issued), 'declined')
            < sigmoid(-4.2 - 0.8 * h.health) + CAST(coalesce(b.unpaid AND b.issued >= b.decided, FALSE)
                AS INTEGER) * 0.4 AS declined
    FROM billed AS b
    JOIN lines AS l ON l.n = b.n AND l.started <= b.issued
        AND b.issued < coalesce(l.ended, getvariable('horizon'))
    JOIN health AS h ON h.n = b.n AND h.m = month_of(b.issued)
)
SELECT *, CASE WHEN lost THEN NULL WHEN declined THEN issued + 8
        + CAST(floor(20 * u(k, 'paid late')) AS INTEGER)
        ELSE issued + CAST(floor(CASE interval_months WHEN 12 THEN 25 ELSE 3 END * u(k, 'paid'))
            AS INTEGER) END AS paid,
    u(k, 'odd amount') < 0.004 AS odd_amount
FROM judged;

CREATE TABLE deals AS
SELECT n, 1 AS kind, 'New business' AS name, deal_opened AS opened,
    coalesce(bought, deal_opened + 20 + CAST(floor(60 * u(n, 'lost')) AS INTEGER)) AS closed,
    bought IS NOT NULL AS won
FROM accounts WHERE deal_opened IS NOT NULL
UNION ALL
SELECT c.n, 1000 + month_of(c.day), 'Expansion', c.day - CAST(floor(10 + 25
    * u(c.n * 4096 + month_of(c.day), 'talk')) AS INTEGER), c.day, TRUE
FROM changes AS c WHERE kind = 'expand' AND u(c.n * 4096 + month_of(c.day), 'asked') < 0.5
UNION ALL
SELECT n, 50000 + m, 'Expansion', chance_day, chance_day + 30
    + CAST(floor(30 * u(n * 4096 + m, 'refused')) AS INTEGER), FALSE
FROM chances WHERE expand_draw >= expand_chance AND expand_draw < expand_chance * 1.3 AND EXISTS (
    SELECT 1 FROM spells AS s WHERE s.n = chances.n AND s.started + 45 < chance_day
        AND chance_day < coalesce(s.decided, getvariable('horizon')));
