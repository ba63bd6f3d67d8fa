-- Who there is: accounts on their way from lead to payment, and the people in them.
-- Accounts 0 .. accounts-1 are created before the end of the history, the rest after it.

CREATE TABLE drawn AS
SELECT n, c.*, getvariable('opens') AS opens_on,
    CASE WHEN n < getvariable('accounts')
        THEN getvariable('opens') + CAST(floor(getvariable('days') * CASE WHEN u(n, 'born') < 0.3
            THEN u(n, 'born') * 0.4 ELSE 0.12 + (u(n, 'born') - 0.3) / 0.7 * 0.88 END) AS INTEGER)
        ELSE getvariable('ends') + CAST(floor(getvariable('ahead') * u(n, 'born')) AS INTEGER)
    END AS created,
    CAST(round(exp(3.3 + 1.05 * bell(n, 'size'))) AS INTEGER) + 2 AS employees,
    CAST(floor(pow(u(n, 'country'), 1.6) * 8) AS INTEGER) AS country_n
FROM range(getvariable('accounts') + getvariable('extra')) AS numbers(n)
JOIN characters AS c ON u(n, 'character') >= share_from AND u(n, 'character') < share_to;

CREATE TABLE leads AS
SELECT *, 'A-' || lpad(CAST(n AS VARCHAR), 7, '0') AS account_id,
    pick(['Nord', 'Blue', 'Silver', 'Green', 'Bright', 'Clear', 'Prime', 'True', 'Swift', 'Open'],
         u(n, 'name1')) || pick(['wind', 'field', 'stone', 'river', 'bridge', 'light', 'works',
         'forge', 'harbor', 'peak'], u(n, 'name2')) AS stem,
    greatest(1, least(4, 1 + CAST(employees > 18 AS INTEGER) + CAST(employees > 70 AS INTEGER)
        + CAST(employees > 220 AS INTEGER)
        - CAST(segment = 'price_sensitive' AND u(n, 'cheap') < 0.6 AS INTEGER))) AS plan_n,
    greatest(1, least(40, CAST(round(getvariable('contacts') * ln(1.0 + employees) / 3.4
        * (0.55 + 0.9 * u(n, 'people'))) AS INTEGER))) AS people,
    pick(['Software', 'Retail', 'Logistics', 'Finance', 'Health', 'Education', 'Manufacturing',
          'Media'], u(n, 'industry')) AS industry,
    pick(['search', 'search', 'search', 'outbound', 'outbound', 'partner', 'webinar', 'referral',
          'event'], u(n, 'channel')) AS acquisition,
    pick(['Ana Ruiz', 'Ben Cole', 'Chloe Martin', 'Dmitri Ivanov', 'Ella Novak', 'Farid Aziz',
          'Grace Kim', 'Hugo Weiss'], u(n, 'owner')) AS owner,
    u(n, 'no owner') < 0.04 AS without_owner,
    u(n, 'bad size') < 0.015 AS bad_size,
    CASE WHEN u(n, 'annual') < 0.22 + 0.12 * plan_n THEN 12 ELSE 1 END AS interval_months,
    CASE WHEN u(n, 'discounted') < CASE segment WHEN 'price_sensitive' THEN 0.7 ELSE 0.25 END
        THEN pick([0.05, 0.10, 0.10, 0.15, 0.20, 0.30], u(n, 'discount')) ELSE 0.0
    END AS discount,
    CASE WHEN u(n, 'qualified') < 0.92 THEN created + CAST(floor(25 * pow(u(n, 'when'), 2))
        AS INTEGER) END AS qualified
FROM drawn;

CREATE TABLE courted AS
SELECT *, lower(stem) || CAST(n AS VARCHAR) || '.example' AS domain,
    CASE WHEN u(n, 'deal') < 0.85 THEN qualified + 1 + CAST(floor(14 * u(n, 'opened')) AS INTEGER)
    END AS deal_opened
FROM leads;

CREATE TABLE trying AS
SELECT *, CASE WHEN u(n, 'trial') < CASE WHEN deal_opened IS NULL THEN 0.35 ELSE 0.72 END
        THEN coalesce(deal_opened, created) + CAST(floor(7 * u(n, 'trial day')) AS INTEGER)
    END AS trial_started, CASE interval_months WHEN 12 THEN 30 ELSE 14 END AS trial_days
FROM courted;

CREATE TABLE accounts AS
SELECT * EXCLUDE (opens_on),
    CASE WHEN trial_started IS NOT NULL AND u(n, 'buy') < 0.78 + 0.25 * quality
        THEN trial_started + trial_days
        WHEN trial_started IS NULL AND deal_opened IS NOT NULL AND u(n, 'buy') < 0.60
        THEN deal_opened + 15 + CAST(floor(45 * u(n, 'buy day')) AS INTEGER)
    END AS bought,
    greatest(2, CAST(ceil(people * tight * (0.9 + 0.3 * u(n, 'seats'))) AS INTEGER)) AS first_seats
FROM trying;

-- A person: cn is the number every draw about this person hangs on.
CREATE TABLE people AS
SELECT a.n * 64 + i AS cn, a.n, i, a.segment,
    'C-' || lpad(CAST(a.n AS VARCHAR), 7, '0') || '-' || lpad(CAST(i AS VARCHAR), 2, '0')
        AS contact_id,
    pick(['Anna', 'Ben', 'Carla', 'David', 'Elena', 'Felix', 'Greta', 'Hassan', 'Ines', 'Jonas',
          'Kira', 'Liam', 'Mona', 'Nils', 'Olga', 'Paul', 'Rosa', 'Sam', 'Tara', 'Viktor'],
         u(a.n * 64 + i, 'first')) AS first_name,
    pick(['Adams', 'Becker', 'Costa', 'Dubois', 'Evans', 'Fischer', 'Garcia', 'Huber', 'Iyer',
          'Jensen', 'Klein', 'Lopez', 'Meyer', 'Nowak', 'Okafor', 'Peters', 'Rossi', 'Santos',
          'Tanaka', 'Weber'], u(a.n * 64 + i, 'last')) AS last_name,
    -- Teams that grow add people all the time; the others arrive nearly together.
    a.created + CASE i WHEN 0 THEN 0 ELSE CAST(floor(CASE a.segment WHEN 'growing' THEN 300
        ELSE 60 END * u(a.n * 64 + i, 'joined')) AS INTEGER) END AS created,
    a.qualified, a.domain, a.acquisition, a.created AS account_created,
    CASE WHEN u(a.n * 64 + i, 'abroad') < 0.08 THEN (a.country_n + 3) % 8 ELSE a.country_n
    END AS country_n,
    u(a.n * 64 + i, 'opt out') < 0.05 AS opted_out,
    u(a.n * 64 + i, 'no calls') < 0.10 AS no_calls,
    0.05 + 0.50 * pow(u(a.n * 64 + i, 'keen'), 1.5) + CASE i WHEN 0 THEN 0.12 ELSE 0 END AS keen,
    u(a.n * 64 + i, 'copy') < 0.03 AS copied, -- entered twice, never noticed
    u(a.n * 64 + i, 'copy') >= 0.97 AS merged, -- entered twice, merged by somebody
    CAST(floor(5 + 90 * u(a.n * 64 + i, 'copied on')) AS INTEGER) AS copy_lag
FROM accounts AS a, unnest(range(a.people)) AS places(i);
