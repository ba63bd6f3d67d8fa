-- The export: what each system of the company would write on the morning of `until`.
-- Nothing that happens, or is observed, on that day or later is in a file; a later milestone of
-- something that began before is empty.

CREATE MACRO before(day) AS CASE WHEN day < getvariable('until') THEN day END;
CREATE MACRO yes(flag) AS CASE WHEN flag THEN 'yes' ELSE 'no' END;
CREATE MACRO money(minor) AS CAST(CAST(minor AS DECIMAL(18, 2)) / 100 AS DECIMAL(18, 2));
CREATE MACRO typed_by_hand(minor) AS format('{:,} USD', CAST(round(minor / 100) AS BIGINT));

CREATE VIEW crm_accounts AS
SELECT account_id, stem || ' ' || CAST(n AS VARCHAR) AS company, domain, industry, country,
    timezone, CASE WHEN NOT without_owner THEN owner END AS owner, acquisition, plan AS plan_asked,
    CASE WHEN bad_size THEN pick(['n/a', '50-100', 'ca. 200'], u(n, 'odd size'))
        ELSE CAST(employees AS VARCHAR) END AS employees, created AS created_on
FROM accounts JOIN countries USING (country_n) JOIN plans USING (plan_n)
WHERE created < getvariable('until');

CREATE VIEW crm_people AS
SELECT p.*, c.country, c.timezone, c.language, a.account_id,
    CASE WHEN NOT a.without_owner THEN a.owner END AS owner,
    lower(first_name || '.' || last_name) || CAST(i AS VARCHAR) || '@' || p.domain AS email,
    CASE WHEN u(cn, 'phone') < 0.8 THEN phone_head || lpad(CAST(p.cn % 1000000 AS VARCHAR), 6, '0')
    END AS phone,
    CASE WHEN p.qualified IS NOT NULL AND (i = 0 OR u(cn, 'interested') < 0.4)
        THEN greatest(p.qualified, p.created) END
        AS qualified_on
FROM people AS p JOIN countries AS c USING (country_n) JOIN accounts AS a ON a.n = p.n;

CREATE VIEW crm_contacts AS
WITH entered AS (
    SELECT *, '' AS tail, created AS entered_on, email AS written FROM crm_people
    UNION ALL
    SELECT *, '-D', created + copy_lag, CASE WHEN u(cn, 'how') < 0.5 THEN upper(email)
        ELSE '  ' || email || ' ' END FROM crm_people WHERE copied
    UNION ALL
    SELECT *, '-M', created + copy_lag, 'x.' || email FROM crm_people WHERE merged
)
SELECT contact_id || tail AS contact_id, account_id, first_name || ' ' || last_name AS name,
    written AS email, phone, country, timezone, language, owner, acquisition AS lead_source,
    yes(NOT opted_out) AS email_opt_in, yes(NOT no_calls) AS phone_opt_in,
    CASE WHEN tail = '' THEN before(qualified_on) END AS qualified_on, entered_on AS created_on,
    CASE WHEN tail = '-M' THEN contact_id END AS merged_into
FROM entered WHERE entered_on < getvariable('until');

CREATE VIEW crm_deals AS
SELECT 'D-' || right('0000000' || CAST(d.n AS VARCHAR), 7) || '-' || CAST(d.kind AS VARCHAR)
        AS deal_id, a.account_id, 'C-' || right(a.account_id, 7) || '-00' AS contact_id, name,
    a.owner, CASE WHEN closed < getvariable('until') AND won THEN 'Closed Won'
        WHEN closed < getvariable('until') THEN 'Closed Lost'
        WHEN opened + 10 > getvariable('until') THEN 'Discovery'
        WHEN opened + 25 > getvariable('until') THEN 'Proposal' ELSE 'Negotiation' END AS stage,
    CASE WHEN u(d.n * 131072 + d.kind, 'hand') < 0.010 THEN 'n/a'
        WHEN u(d.n * 131072 + d.kind, 'hand') < 0.030 THEN typed_by_hand(value)
        ELSE CAST(money(value) AS VARCHAR) END AS amount, 'USD' AS currency,
    opened AS opened_on, before(closed) AS closed_on
FROM (SELECT d.*, CAST(round(12 * (p.fee + p.seat_price * a.first_seats) * (1 - a.discount)
        * CASE d.name WHEN 'Expansion' THEN 0.25 ELSE 1 END) AS BIGINT) AS value
    FROM deals AS d JOIN accounts AS a USING (n) JOIN plans AS p USING (plan_n)) AS d
JOIN accounts AS a ON a.n = d.n WHERE opened < getvariable('until');

CREATE VIEW subscriptions AS
WITH every_line AS (
    SELECT n, CAST(line AS VARCHAR) AS line, plan, seats, mrr_minor, discount, FALSE AS trial,
        interval_months, started, term_end, cancelled, ended FROM lines
    UNION ALL
    SELECT n, 'T', plan, first_seats, 0, 0.0, TRUE, 1, started, ended, NULL, ended FROM trials
)
SELECT 'S-' || right(a.account_id, 7) || '-' || line AS subscription_id, a.account_id, l.plan,
    CASE WHEN NOT trial AND u(l.n * 64 + CAST(line AS BIGINT), 'odd seats') < 0.004
        THEN CAST(seats AS VARCHAR) || ' seats' ELSE CAST(seats AS VARCHAR) END AS seats,
    money(mrr_minor) AS mrr, 'USD' AS currency, CAST(l.discount AS DECIMAL(4, 2)) AS discount,
    yes(trial) AS trial, CASE l.interval_months WHEN 12 THEN 'annual' ELSE 'monthly' END AS billing,
    yes(NOT trial AND u(l.n, 'auto') < 0.9) AS auto_renew, started AS started_on, term_end,
    before(cancelled) AS cancelled_on, before(ended) AS ended_on
FROM every_line AS l JOIN accounts AS a ON a.n = l.n WHERE started < getvariable('until');

-- A charge that was declined stays a failed invoice; when it was paid later, by a second one.
CREATE VIEW billed AS
WITH charged AS (
    SELECT i.*, declined OR lost AS failed, '' AS tail, issued AS day FROM invoices AS i
    UNION ALL
    SELECT i.*, FALSE, '-R', paid FROM invoices AS i WHERE declined AND NOT lost
)
SELECT c.*, 'I-' || right(a.account_id, 7) || '-' || strftime(issued, '%y%m') || tail AS invoice_id,
    a.account_id FROM charged AS c JOIN accounts AS a ON a.n = c.n
WHERE day < getvariable('until');

CREATE VIEW invoices_file AS
SELECT invoice_id, account_id,
    CASE WHEN odd_amount AND tail = '' THEN typed_by_hand(amount_minor)
        ELSE CAST(money(amount_minor) AS VARCHAR) END AS amount, 'USD' AS currency,
    CASE WHEN failed THEN 'failed' WHEN paid < getvariable('until') THEN 'paid' ELSE 'open' END
        AS status, strftime(day, '%d/%m/%Y') AS issued_on,
    strftime(day + 14, '%d/%m/%Y') AS due_on,
    CASE WHEN NOT failed THEN strftime(before(paid), '%d/%m/%Y') END AS paid_on
FROM billed;

CREATE VIEW events_file AS
SELECT event_id, account_id, contact_id, event, occurred_at, received_at
FROM product_events AS e, range(CASE WHEN e.repeated THEN 2 ELSE 1 END)
WHERE received_at < getvariable('cut');

CREATE VIEW email_file AS
SELECT event_id, campaign_id, email, event, happened_at FROM email_events
WHERE moment < getvariable('cut');

CREATE VIEW tickets_file AS
SELECT ticket_id, CASE WHEN stray THEN 'A-9' || right(account_id, 6) ELSE account_id END
        AS account_id, CASE WHEN NOT stray THEN contact_id END AS contact_id, priority, escalated,
    CASE WHEN closed_at < CAST(getvariable('until') AS TIMESTAMP) THEN satisfaction END
        AS satisfaction, strftime(opened_at, '%d.%m.%Y %H:%M') AS opened_at,
    CASE WHEN closed_at < CAST(getvariable('until') AS TIMESTAMP)
        THEN strftime(closed_at, '%d.%m.%Y %H:%M') END AS closed_at,
    strftime(synced_at, '%d.%m.%Y %H:%M') AS synced_at
FROM tickets WHERE synced_at < CAST(getvariable('until') AS TIMESTAMP);

CREATE VIEW campaigns_file AS
SELECT campaign_id, name, channel, money(cost_minor) AS cost, 'USD' AS currency,
    started AS started_on, before(ended) AS ended_on
FROM campaigns WHERE started >= getvariable('opens') AND started < getvariable('until');
