-- contacts, cases, accounts: the customer tables with their values. n numbers the records by creation time; `person` is
-- the generator's own number for who a record belongs to (negative: a record without e-mail, a person of its own).
-- The drafts are put in order before their values are written out: they are a tenth of the size.
CREATE TABLE named AS
SELECT row_number() OVER (ORDER BY created_at, x) AS n, d.*,
       -- one e-mail in 33 is the second address of the person before it
       CASE WHEN k % 33 = 32 AND kind IN ('main', 'duplicate') THEN k - 1 ELSE k END AS human
FROM drafts AS d
ORDER BY n;
DROP TABLE drafts;
CREATE TABLE contacts AS
WITH words AS (
    SELECT *, 1 + draw('given', human, 30) AS g, 1 + draw('family', human, 30) AS f
    FROM named
), written AS (
    SELECT *, getvariable('given_names')[g] AS first_name, getvariable('family_names')[f] AS last_name,
           CASE WHEN g = 5 AND k % 2 = 1 THEN 'josé' ELSE getvariable('given_ascii')[g] END
               || CASE WHEN k % 17 = 3 THEN '+trip' ELSE '' END || '.' || getvariable('family_ascii')[f] || k
               || '@' || pick(getvariable('domains'), 'domain', k) AS address_of_mail
    FROM words
)
SELECT n, x, k, kind, human, pattern, span, created_at, changed_at, changed_since,
       CASE WHEN kind = 'unkeyed' THEN -n ELSE k END AS person,
       id18('003', n * 3 + draw('contact gap', n, 3)) AS "Id",
       id18('001', 1 + draw('account of', x, getvariable('accounts'))) AS "AccountId",
       CASE WHEN u('salutation', x) < 0.6 THEN pick(['Mr', 'Ms', 'Mx', 'Dr'], 'salutation word', human) END AS "Salutation",
       first_name AS "FirstName", last_name AS "LastName", first_name || ' ' || last_name AS "Name",
       CASE WHEN kind = 'unkeyed' THEN NULL
            WHEN copy = 0 THEN CASE WHEN u('capital', x) < 0.05 THEN upper(substr(address_of_mail, 1, 1)) || substr(address_of_mail, 2) ELSE address_of_mail END
            ELSE [upper(address_of_mail), address_of_mail || ' ', '  ' || address_of_mail,
                  replace(address_of_mail, 'é', 'e' || chr(769)), address_of_mail][1 + draw('spelling', x, 5)] END AS "Email",
       CASE WHEN has_phone AND u('mobile only', human) >= 0.4
            THEN pick(['+61 2 ', '+63 2 ', '(02) ', '+64 9 '], 'phone area', human) || (50000000 + draw('phone', human, 9999999)) END AS phone_then,
       CASE WHEN has_phone AND u('mobile only', human) < 0.6
            THEN '+61 4' || lpad(draw('mobile', human, 100000000)::VARCHAR, 8, '0') END AS "MobilePhone",
       CASE WHEN has_dob THEN (DATE '1931-01-01' + draw('birth', human, 31000)::INTEGER)::VARCHAR END AS "Birthdate",
       CASE WHEN has_gender THEN pick(['Female', 'Male', 'Non-binary', 'Undisclosed'], 'gender word', human) END AS "Gender__c",
       CASE WHEN has_address THEN (1 + draw('house', x, 400)) || ' ' || pick(getvariable('streets'), 'street', x) END AS "MailingStreet",
       CASE WHEN has_address THEN pick(['Sydney', 'Melbourne', 'Auckland', 'São Paulo', '東京', 'Zürich'], 'city', x) END AS "MailingCity",
       CASE WHEN has_address AND u('state', x) < 0.5 THEN pick(['NSW', 'VIC', 'QLD', 'WA'], 'state word', x) END AS "MailingState",
       CASE WHEN has_address THEN lpad(draw('postcode', x, 9000)::VARCHAR, 4, '0') END AS "MailingPostalCode",
       -- some people moved between their two records
       CASE WHEN copy = 1 AND u('moved', x) < 0.15 THEN pick(['AU', 'NZ', 'FR', 'MY'], 'moved to', x)
            WHEN u('country', human) < 0.04 THEN NULL WHEN u('country', human) < 0.78 THEN 'AU'
            ELSE pick(['NZ', 'GB', 'US', 'JP', 'DE', 'IE', 'SG', 'PH'], 'country word', human) END AS "MailingCountry",
       CASE WHEN has_number THEN lpad((190000000 + k)::VARCHAR, 10, '0') END AS "LoyaltyNumber__c",
       CASE WHEN has_tier THEN pick(['Bronze', 'Bronze', 'Silver', 'Gold', 'Platinum'], 'tier', k) END AS "LoyaltyTier__c",
       CASE WHEN has_points THEN draw('points', x, 400000)::VARCHAR END AS "LoyaltyPoints__c",
       CASE WHEN has_points THEN (10 * draw('credits', x, 300))::VARCHAR END AS "StatusCredits__c",
       CASE WHEN has_meal THEN pick(['VGML', 'KSML', 'MOML', 'GFML', 'NLML'], 'meal word', x) END AS "MealPreference__c",
       CASE WHEN has_note THEN pick(getvariable('notes'), 'note word', x) END AS "Description",
       -- of the records changed since, half had their phone number changed, added or removed
       CASE WHEN changed_since AND u('new phone', x) < 0.35 THEN '+61 2 ' || (90000000 + draw('new phone number', x, 9999999))
            WHEN changed_since AND u('new phone', x) < 0.5 THEN NULL
            ELSE phone_then END AS "Phone"
FROM written;
DROP TABLE named;

CREATE TABLE accounts AS
SELECT n, id18('001', n) AS "Id",
       pick(getvariable('family_names'), 'account', n) || pick([' Travel', ' & Sons', ' "Prime" Tours', ' Family', ', Inc.'], 'account tail', n) AS "Name",
       pick(['Travel', 'Retail', 'Mining', 'Education', 'Health'], 'industry', n) AS "Industry",
       pick(['AU', 'AU', 'NZ', 'GB', 'US'], 'account country', n) AS "BillingCountry",
       TIMESTAMP '2010-03-01' + to_seconds(draw('account created', n, 400000000)) AS created_at
FROM range(1, getvariable('accounts') + 1) AS r(n)
ORDER BY n;

CREATE TABLE cases AS
WITH owners AS (
    SELECT x, person, c."Id" AS contact_id, "AccountId" AS account_id, created_at AS from_at, kind
    FROM contacts AS c WHERE u('has cases', x) < 0.35
), each AS (
    SELECT o.*, i, x * 8 + i AS y FROM owners AS o, range(5) AS r(i) WHERE i < 1 + draw('how many cases', x, 5)
    UNION ALL
    -- cases opened by a caller who was never found among the contacts
    SELECT -1 - i, NULL, NULL, NULL, TIMESTAMP '2020-01-01', 'nobody', 0, -8 - i * 8
    FROM range(greatest(getvariable('customers') // 150, 1)) AS r(i)
), timed AS (
    SELECT *, CASE WHEN kind = 'late' THEN from_at + to_seconds(60 + i)
                   ELSE greatest(from_at + to_seconds(3600), TIMESTAMP '2022-01-01 00:00:00')
                        + to_seconds((sqrt(u('case created', y)) * greatest(0, epoch(TIMESTAMP '2025-06-27 12:00:00')
                          - epoch(greatest(from_at + to_seconds(3600), TIMESTAMP '2022-01-01'))))::BIGINT) END AS created_at,
           kind <> 'late' AND u('case changed', y) < 0.02 AS changed_since
    FROM each
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY created_at, y) AS n FROM timed
)
SELECT n, created_at, changed_since, coalesce(person, -1000000000000 - n) AS person,
       CASE WHEN changed_since THEN TIMESTAMP '2025-06-30 12:00:00' + to_seconds(draw('case changed at', y, 41000))
            WHEN kind = 'late' THEN created_at + to_seconds(5)
            ELSE least(greatest(created_at, TIMESTAMP '2025-06-27 18:00:00'), created_at + to_seconds(draw('case closed', y, 900000))) END AS changed_at,
       id18('500', n * 2 + draw('case gap', n, 2)) AS "Id", lpad((100000 + n)::VARCHAR, 8, '0') AS "CaseNumber",
       contact_id AS "ContactId", account_id AS "AccountId", pick(getvariable('subjects'), 'subject', y) AS "Subject",
       CASE WHEN u('status', y) < 0.85 THEN 'Closed' ELSE pick(['New', 'Working', 'Escalated'], 'status word', y) END AS "Status",
       pick(['Phone', 'Email', 'Web'], 'origin', y) AS "Origin",
       CASE WHEN u('text', y) < 0.9 THEN pick(getvariable('subjects'), 'text subject', y) || ': ' || pick(getvariable('notes'), 'text word', y) END AS "Description"
FROM numbered
ORDER BY n;

-- What the three table exports hold: every column as text, empty where there is no value, in the order of the ids.
CREATE VIEW account_export AS
SELECT "Id", "Name", "Industry", "BillingCountry", iso_z(created_at) AS "CreatedDate", iso_z(created_at) AS "LastModifiedDate",
       iso_z(created_at) AS "SystemModstamp"
FROM accounts ORDER BY n;
CREATE VIEW case_export AS
SELECT "Id", "CaseNumber", txt("ContactId") AS "ContactId", txt("AccountId") AS "AccountId", "Subject", "Status", "Origin",
       txt("Description") AS "Description", iso_z(created_at) AS "CreatedDate", iso_z(changed_at) AS "LastModifiedDate",
       iso_z(changed_at) AS "SystemModstamp"
FROM cases ORDER BY n;
CREATE VIEW contact_export AS
SELECT "Id", "AccountId", txt("Salutation") AS "Salutation", "FirstName", "LastName", "Name", txt("Email") AS "Email", txt("Phone") AS "Phone",
       txt("MobilePhone") AS "MobilePhone", txt("Birthdate") AS "Birthdate", txt("Gender__c") AS "Gender__c", txt("MailingStreet") AS "MailingStreet",
       txt("MailingCity") AS "MailingCity", txt("MailingState") AS "MailingState", txt("MailingPostalCode") AS "MailingPostalCode",
       txt("MailingCountry") AS "MailingCountry", txt("LoyaltyNumber__c") AS "LoyaltyNumber__c", txt("LoyaltyTier__c") AS "LoyaltyTier__c",
       txt("LoyaltyPoints__c") AS "LoyaltyPoints__c", txt("StatusCredits__c") AS "StatusCredits__c", txt("MealPreference__c") AS "MealPreference__c",
       txt("Description") AS "Description", iso_z(created_at) AS "CreatedDate", iso_z(changed_at) AS "LastModifiedDate",
       iso_z(changed_at) AS "SystemModstamp"
FROM contacts ORDER BY n;
