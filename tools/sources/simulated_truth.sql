-- What only the generator knows, for evaluation; it never lies in the folder the agent reads.

CREATE VIEW truth_accounts AS
SELECT account_id, a.segment, created, bought, a.interval_months, p.plan, first_seats, a.discount,
    quality, churn, growth, comeback, people
FROM accounts AS a JOIN plans AS p USING (plan_n);

CREATE VIEW truth_spells AS
SELECT account_id, spell, started, s.interval_months, ended, decided, cancelled, fades, unpaid
FROM spells AS s JOIN accounts AS a ON a.n = s.n;

CREATE VIEW truth_effects AS
SELECT play, outcome, window_days, c.segment, deltas[c.place] AS delta_p,
    deltas[c.place] < 0 AS harmful
FROM effects, (SELECT segment, row_number() OVER (ORDER BY share_from) AS place FROM characters) AS c;

-- Another world of effects over the same draws: with a play an account leaves when
-- leave_draw < hazard * (1 - share), grows when expand_draw < expand_chance * (1 + share), and comes
-- back likewise, in every month of the window.
CREATE VIEW truth_shares AS
SELECT play, outcome, window_days, c.segment, parts[c.place] AS share, parts[c.place] < 0 AS harmful
FROM shares, (SELECT segment, row_number() OVER (ORDER BY share_from) AS place FROM characters) AS c;

-- hazard is the probability that an account that pays leaves in this month: none unless a term ends.
-- It leaves when leave_draw < hazard; with a play, when leave_draw < hazard - delta_p. Likewise a
-- paying account of 45 days and more, not yet decided to go, grows when expand_draw < expand_chance,
-- and one that is lost comes back when return_draw < return_chance: all without any play (organic).
CREATE VIEW truth_months AS
WITH due AS (
    SELECT DISTINCT s.n, month_of(later(s.started, k * s.interval_months)) AS m, s.interval_months
    FROM spells AS s, unnest(range(1, 1 + CAST(getvariable('months') AS BIGINT))) AS terms(k)
    WHERE later(s.started, k * s.interval_months) <= coalesce(s.ended, getvariable('horizon'))
), paid AS (
    SELECT c.n, c.m, bool_or(s.started < month_day(c.m, 0)
        AND (s.ended IS NULL OR s.ended >= month_day(c.m, 0))) AS paying,
        bool_or(s.ended < month_day(c.m, 0)) AS left_before
    FROM chances AS c JOIN spells AS s ON s.n = c.n GROUP BY c.n, c.m
)
SELECT a.account_id, month_day(c.m, 0) AS month, c.health, coalesce(p.paying, FALSE) AS paying,
    coalesce(p.left_before AND NOT p.paying, FALSE) AS lost, d.n IS NOT NULL AS due,
    CASE d.interval_months WHEN 1 THEN leave_monthly WHEN 12 THEN leave_annual ELSE 0 END AS hazard,
    leave_draw, expand_chance, expand_draw, shrink_chance, shrink_draw, return_chance, return_draw
FROM chances AS c JOIN accounts AS a ON a.n = c.n
LEFT JOIN paid AS p ON p.n = c.n AND p.m = c.m LEFT JOIN due AS d ON d.n = c.n AND d.m = c.m;

CREATE VIEW truth_seasons AS
SELECT kind, CAST(position AS INTEGER) AS position, factors[position] AS factor
FROM seasons, unnest(range(1, len(factors) + 1)) AS t(position);

CREATE VIEW truth_dirt AS
SELECT 'duplicate contacts' AS kind, 'crm_contacts' AS file, count(*) AS n
FROM people WHERE copied AND created + copy_lag < getvariable('until')
UNION ALL SELECT 'merged contacts', 'crm_contacts', count(*)
FROM people WHERE merged AND created + copy_lag < getvariable('until')
UNION ALL SELECT 'opted-out people', 'crm_contacts', count(*)
FROM people WHERE opted_out AND created < getvariable('until')
UNION ALL SELECT 'accounts without owner', 'crm_accounts', count(*)
FROM accounts WHERE without_owner AND created < getvariable('until')
UNION ALL SELECT 'text in employees', 'crm_accounts', count(*)
FROM accounts WHERE bad_size AND created < getvariable('until')
UNION ALL SELECT 'text in amount', 'crm_deals', count(*)
FROM deals WHERE u(n * 131072 + kind, 'hand') < 0.030 AND opened < getvariable('until')
UNION ALL SELECT 'text in seats', 'subscriptions', count(*)
FROM lines WHERE u(n * 64 + line, 'odd seats') < 0.004 AND started < getvariable('until')
UNION ALL SELECT 'text in amount', 'invoices', count(*)
FROM billed WHERE odd_amount AND tail = ''
UNION ALL SELECT 'events before signup', 'product_events', count(*)
FROM product_events WHERE wrong_clock AND received_at < getvariable('cut')
UNION ALL SELECT 'late arrivals', 'product_events', count(*)
FROM product_events WHERE late AND received_at < getvariable('cut')
UNION ALL SELECT 'repeated lines', 'product_events', count(*)
FROM product_events WHERE repeated AND received_at < getvariable('cut')
UNION ALL SELECT 'late arrivals', 'tickets', count(*)
FROM tickets WHERE late AND synced_at < CAST(getvariable('until') AS TIMESTAMP)
UNION ALL SELECT 'unknown accounts', 'tickets', count(*)
FROM tickets WHERE stray AND synced_at < CAST(getvariable('until') AS TIMESTAMP)
UNION ALL SELECT 'unknown emails', 'email_events', count(*)
FROM email_events WHERE cn IS NULL AND moment < getvariable('cut')
UNION ALL SELECT 'addresses in capitals', 'email_events', count(*)
FROM email_events WHERE email = upper(email) AND moment < getvariable('cut')
UNION ALL SELECT 'unsubscribed people', 'email_events', count(DISTINCT cn)
FROM email_events WHERE event = 'unsubscribed' AND moment < getvariable('cut')
UNION ALL SELECT 'mixed time zones', 'email_events', count(DISTINCT offset_text)
FROM email_events WHERE moment < getvariable('cut');
